// @ts-check
export const stepCases = async () => [];
