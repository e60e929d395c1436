// @ts-check
/** Parameters of LeNet on 32×32×3 images and ten classes, padding valid. */
export const LENET_SIZE = 62_006;
