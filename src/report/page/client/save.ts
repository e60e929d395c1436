/** Hands a file to the reader. */

/** @param content a blob, or the address of the content */
export function save(name: string, content: Blob | string): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = typeof content === 'string' ? content : URL.createObjectURL(content);
  link.click();
  if (typeof content !== 'string') setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
