/**
 * Shares out `total` whole things in proportion to the wishes, never more than `room(index)` to one: rounds with the
 * error carried along, then fills up what is left where there is room. `left` is what found no room anywhere.
 */
export function apportion(
  total: number,
  wishes: Float64Array,
  room: (index: number) => number,
): { counts: Int16Array; left: number } {
  const counts = new Int16Array(wishes.length);
  const wished = wishes.reduce((sum, wish) => sum + wish, 0);
  let left = total;
  let due = 0;
  for (let index = 0; index < wishes.length && wished > 0; index++) {
    due += (total * wishes[index]!) / wished;
    const given = Math.max(0, Math.min(Math.floor(due + 1e-9), room(index), left));
    counts[index] = given;
    due -= given;
    left -= given;
  }
  for (let index = 0; index < wishes.length && left > 0; index++) {
    const more = Math.max(0, Math.min(room(index) - counts[index]!, left));
    counts[index] = counts[index]! + more;
    left -= more;
  }
  return { counts, left };
}
