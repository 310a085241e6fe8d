/** The seed of the random cases: that of the environment, or another one each time. */
export const SEED = Number(process.env['TABLIZE_SEED'] ?? Math.floor(Math.random() * 1e6));

const CASES = Number(process.env['TABLIZE_CASES'] ?? 500);

/** Random cases on this computer, in rounds of so many, each with a seed of its own. */
export const ROUND = Math.min(CASES, 500);
export const ROUNDS = Math.ceil(CASES / ROUND);

/** How often each pair of a kernel and a kind of stage is met in a round, at least, with each number of lanes. */
export const LEAST = 20;
