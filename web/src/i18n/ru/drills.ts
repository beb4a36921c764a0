import type { drills as source } from "../en/drills";
import { format } from "../format";

const number = (value: number) => format().number(value);
const minutes = (count: number) =>
  format().count(count, { one: "минуту", few: "минуты", many: "минут", other: "минуты" });
const events = (count: number) =>
  format().count(count, { one: "событие", few: "события", many: "событий", other: "события" });

export const drills: typeof source = {
  title: "Soak-прогоны",
  one: "Soak-прогон",
  explain:
    "Прогон отправляет узлу искусственные команды в отдельном геноме и измеряет, как узел справляется.",
  never: "Прогонов ещё не было.",
  noneCompleted: "Завершённых прогонов ещё нет. Запустите прогон ниже: здесь появится его длительность.",
  states: {
    running: "Идёт",
    completed: "Завершён",
    failed: "Не удался",
    stopped: "Остановлен",
    interrupted: "Прерван",
    refused: "Отклонён",
  },
  openRunning: "Отчёт",
  verifying: "Проверка генома прогона",
  done: (done, total) =>
    `${number(done)} из ${format().count(total, { one: "события", few: "событий", many: "событий", other: "события" })}`,
  rate: (rate) => `${format().precise(rate)}/с`,
  left: (time) => `осталось ${time}`,
  stop: "Остановить",
  start: "Запустить прогон",
  repeat: "Повторить этот прогон",
  sameMix: "Состав событий — как в повторяемом прогоне.",
  minutes: "Моделируемых минут",
  perMinute: "Событий в минуту",
  seed: "Зерно",
  pace: "Темп",
  paces: { fast: "Как можно быстрее", real: "В реальном времени" },
  willMake: (count, length, pace) =>
    pace === "fast"
      ? `${events(count)}, так быстро, как узел успевает.`
      : `${events(count)} за ${minutes(length)}.`,
  list: "Прошедшие прогоны",
  started: "Начало",
  state: "Исход",
  duration: "Длительность",
  events: "Событий",
  perSecond: "Событий/с",
  errors: "Ошибки",
  against: "Сравнение",
  count: "Сколько",
  result: "Результат",
  verified: "Геном",
  sound: "Проверен, цел",
  broken: "Повреждён",
  headHash: "Хеш последнего блока",
  memory: "Память",
  memoryPath: (start, peak, end) => `${start} в начале, ${peak} максимум, ${end} в конце`,
  bytesPerBlock: "Место на диске на блок",
  whatItWas: "Параметры",
  concurrency: "Одновременных клиентов",
  mix: "Состав событий, %",
  version: "Версия",
  machine: "Машина",
  machineWords: (host, cores, standalone) =>
    `${host}, ${format().count(cores, { one: "ядро", few: "ядра", many: "ядер", other: "ядра" })}, ${standalone ? "отдельным процессом" : "в работающем узле"}`,
  reason: "Причина",
  verification: "Проверен за",
  id: "Идентификатор",
  incomparable: "Других таких прогонов нет, сравнить не с чем.",
  tooFew: (difference, slower, count, median) =>
    `${slower ? "Медленнее" : "Быстрее"} ${count === 1 ? "единственного такого прогона" : `медианы ${format().count(count, { one: "такого прогона", few: "таких прогонов", many: "таких прогонов", other: "такого прогона" })}`} (${median}) на ${difference}. Что обычно, можно сказать только после пяти.`,
  slower: (difference) => `Медленнее обычного на ${difference}: это больше обычного разброса.`,
  faster: (difference) => `Быстрее обычного на ${difference}: это больше обычного разброса.`,
  usual: (difference) => `Как обычно: разница ${difference} в пределах разброса.`,
  usually: (count, median, spread) =>
    `${format().count(count, { one: "такой прогон занял", few: "таких прогона занимали", many: "таких прогонов занимали", other: "таких прогона занимали" })} ${median} ± ${spread}.`,
  noErrors: "Ошибок нет.",
  latency: "Задержка",
  command: "Команда",
  longest: "Максимум",
  heatmap: "Сколько длятся прогоны",
  heatmapExplain:
    "Прогоны по времени начала и длительности. Выше линии в 2 минуты может сработать KolibriSoakDurationHigh.",
  upTo: "До",
  longer: "Дольше",
};
