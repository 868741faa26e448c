/** Up to `limit` elements, and the one after them where there is one: where the next page starts. */
export async function firstOf<T>(items: AsyncIterable<T>, limit: number): Promise<{ page: T[]; next: T | null }> {
  const page: T[] = [];
  for await (const item of items) {
    if (page.length === limit) return { page, next: item };
    page.push(item);
  }
  return { page, next: null };
}
