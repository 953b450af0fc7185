// The reference implementation: reads [{expression, variables, now}] from standard input, and answers a list of
// {value} (absent if undefined) or {error} in the same order. Step Functions' own functions are added as its
// guide describes them; $uuid and $random are not, since chance cannot be compared.
const jsonata = require(process.argv[2]);
const { createHash } = require("node:crypto");

const own = {
  partition: (array, size) => {
    const chunks = [];
    for (let start = 0; start < array.length; start += size) chunks.push(array.slice(start, start + size));
    return chunks;
  },
  range: (first, last, step) => {
    const numbers = [];
    for (let each = first; step > 0 ? each <= last : each >= last; each += step) numbers.push(each);
    return numbers;
  },
  hash: (data, algorithm = "SHA-1") =>
    createHash(algorithm.replace("-", "").toLowerCase()).update(data).digest("hex"),
  parse: (text) => JSON.parse(text),
};

async function answer({ expression, variables, now }) {
  try {
    const parsed = jsonata(expression);
    for (const [name, implementation] of Object.entries(own)) parsed.registerFunction(name, implementation);
    if (now !== undefined) {
      parsed.registerFunction("millis", () => now);
      const moment = jsonata("$fromMillis($now_millis, $picture, $timezone)");
      parsed.registerFunction("now", (picture, timezone) =>
        moment.evaluate(undefined, { now_millis: now, picture, timezone }));
    }
    const value = await parsed.evaluate(undefined, variables);
    return typeof value === "function" || value?._jsonata_lambda ? { error: "a function" } : { value };
  } catch (error) {
    return { error: `${error.code}: ${error.message}` };
  }
}

async function main() {
  const questions = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));
  const answers = [];
  for (const question of questions) answers.push(await answer(question));
  process.stdout.write(JSON.stringify(answers));
}

main();
