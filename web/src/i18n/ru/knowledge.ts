import type { Part, knowledge as source } from "../en/knowledge";
import { format } from "../format";

const number = (value: number) => format().number(value);
const answers = (count: number) =>
  format().count(count, { one: "ответ", few: "ответа", many: "ответов", other: "ответа" });
const ofRows = (count: number) =>
  format().count(count, { one: "строки", few: "строк", many: "строк", other: "строки" });
const rows = (count: number) =>
  format().count(count, { one: "строка", few: "строки", many: "строк", other: "строки" });

/** What is none is not named. */
function listed(parts: [count: number, said: string][]): string {
  const some = parts.filter(([count]) => count > 0).map(([, said]) => said);
  return some.length > 0 ? some.join(", ") : "ничего";
}

function half(part: Part): string {
  return part === "question" ? "Вопрос" : "Ответ";
}

function ofHalf(part: Part): string {
  return part === "question" ? "вопроса" : "ответа";
}

export const knowledge: typeof source = {
  title: "Знания",
  tasks: "Обучение и импорт",
  teachNew: "Добавить ответ",
  importLink: "Импорт из файла",
  search: "Поиск по вопросам и ответам",
  searchHint: "Слова в любой форме",
  since: "Добавлено",
  anyTime: "За всё время",
  week: "За неделю",
  month: "За месяц",
  order: "Порядок",
  newest: "Сначала новые",
  askedMost: "Сначала частые вопросы",
  neverAsked: "Ни разу не спрашивали",
  listTitle: "Что узел знает",
  searching: "Ищем…",
  all: (count) => `Всего ${answers(count)}`,
  found: (count) =>
    format().count(count, {
      one: "ответ подходит",
      few: "ответа подходят",
      many: "ответов подходят",
      other: "ответа подходят",
    }),
  notCaughtUp: "Узел недавно запущен и ещё читает свои знания: список может пополниться.",
  unreadable: (count) =>
    `${format().count(count, { one: "ответ", few: "ответа", many: "ответов", other: "ответа" })} показать нельзя: блоки повреждены. Проверьте геном.`,
  emptyTitle: "Узел пока ничего не знает",
  emptyAdvice: "Добавьте первый ответ или загрузите готовый FAQ.",
  teachFirst: "Добавить ответ",
  importFirst: "Импорт из файла",
  nothingFound: "Нет ответа, где есть все эти слова. Уберите часть слов или оставьте только начало слова.",
  showAll: "Показать всё",
  more: "Показать ещё",
  taught: "добавлено",
  versionsCount: (count) =>
    format().count(count, { one: "версия", few: "версии", many: "версий", other: "версии" }),
  never: "ни разу не спрашивали",
  asked: (count) =>
    `спрашивали ${format().count(count, { one: "раз", few: "раза", many: "раз", other: "раза" })}`,
  lastAsked: (count) => (count === 1 ? "," : ", последний —"),
  entryTitle: "Ответ",
  edit: "Изменить",
  taughtFact: "Добавлено",
  blockFact: "Записано в",
  isOlder: "Ответ изменили после записи",
  answersNow: "Сейчас действует",
  unreadableAnswer: "Текст не читается: блок повреждён.",
  damaged: "Показать нельзя: блок повреждён. Проверьте геном.",
  forgottenBy: "Забыто. Текст стёрт по запросу, запись об этом —",
  goneAdvice: "Узел больше так не отвечает; вернуть текст нельзя.",
  editTitle: "Изменить ответ",
  restoreTitle: (block) => `Вернуть ответ из блока ${block}`,
  newTitle: "Новый ответ",
  nothingToEdit: "Менять нечего: ответ забыт или его блок повреждён.",
  otherWording: "Записать для другой формулировки",
  questionFirst: "Сначала напишите вопрос.",
  questionTooLong: (bytes, limit) => `Вопрос слишком длинный: ${number(bytes)} из ${number(limit)} байт.`,
  unchanged: "Узел это уже знает, слово в слово.",
  chooseNear: "Сначала выберите: обновить один из этих ответов, взять его же или записать отдельно.",
  isNew: "Такого вопроса ещё нет.",
  isNewWording: "Такой формулировки ещё нет. Ответ на прежнюю останется как есть.",
  taughtMeanwhile: "Пока вы писали, ответ на этот вопрос изменил кто-то ещё. Посмотрите, в чём разница.",
  forgottenMeanwhile:
    "Пока вы писали, этот ответ забыли, а его текст стёрли. Если записать сейчас, узел запомнит ваш текст заново.",
  forgottenFirst: "Этот ответ тем временем забыли. Если хотите записать его заново, нажмите ещё раз.",
  lookFirst: "Это заменит то, чего вы ещё не видели. Посмотрите разницу и нажмите ещё раз.",
  replaces: "Заменит",
  from: "от",
  difference: "Что изменится в ответе",
  questionDifference: "Что изменится в вопросе",
  removedPart: "убрано:",
  addedPart: "добавлено:",
  partEnd: ".",
  sameLines: (count) =>
    `… без изменений: ${format().count(count, { one: "строка", few: "строки", many: "строк", other: "строки" })} …\n`,
  nearTitle: "Похожий вопрос узел уже знает.",
  nearAdvice: "Два ответа на один вопрос могут начать противоречить друг другу.",
  updateThat: "Обновить этот",
  sameAsThat: "Тот же ответ",
  sameAs: "Это будет другая формулировка, ответ тот же, что и на вопрос",
  separate: "Это разные вопросы: записать отдельно",
  nearToo: "Ответы на похожие вопросы",
  nearTooAdvice:
    "Если вопросы об одном и том же, исправьте и эти ответы, чтобы они не противоречили друг другу.",
  sameAnswer: "Дать тот же ответ",
  sameTitle: (count) =>
    `Такой же ответ ещё у ${format().count(count, { one: "вопроса", few: "вопросов", many: "вопросов", other: "вопроса" })}.`,
  sameToo: (count) =>
    count === 1
      ? "Исправить и другой вопрос с таким же ответом"
      : `Исправить и другие вопросы с таким же ответом (${number(count)})`,
  sameMore: (total) => `Всего их ${number(total)}. Будут исправлены самые новые, потом исправьте остальные.`,
  sameWhich: "Показать какие",
  changedOthers: (count) =>
    count === 1
      ? "Один из других вопросов тем временем изменили: он остался как есть."
      : `Других вопросов, которые тем временем изменили: ${number(count)}. Они остались как есть.`,
  taughtAs: (block) => `Надёжно записано: блок ${block}.`,
  replacedBy: (before, block) => `Теперь отвечает блок ${block} вместо блока ${before}.`,
  taughtAlso: (count) =>
    `Тот же ответ получили ${format().count(count, { one: "похожий вопрос", few: "похожих вопроса", many: "похожих вопросов", other: "похожих вопроса" })}.`,
  versionsTitle: "Версии",
  backToAnswer: "К ответу",
  olderVersions: "Более старые версии",
  answers: "действует",
  replacedIn: "его заменил",
  restore: "Вернуть",
  restoreOne: (block) => `Вернуть блок ${number(block)}`,
  sameText: "Ответ тот же.",
  questionChangedIn: (block) => `Что изменил в вопросе блок ${number(block)}`,
  changedIn: (block) => `Что изменил в ответе блок ${number(block)}`,
  unanswered: "Вопросы без ответа",
  unansweredCount: (count) => `Вопросы без ответа за 30 дней: ${number(count)}`,
  unansweredExplain: "Дни — по UTC. Сами вопросы не записываются, только их число.",
  day: "День",
  noAnswer: "Без ответа",
  questionsAsked: "Всего",
  share: "Доля без ответа",
  exportTitle: "Выгрузить всё:",
  exportLines: "JSON Lines",
  exportExcel: "CSV для Excel",
  importTitle: "Импорт из файла",
  chooseFile: "Выбрать файл…",
  orDrop: "или перетащите его сюда",
  fileKinds:
    "Вопросы и ответы в CSV, TSV, JSON, JSON Lines, YAML или Markdown, до 16 МиБ. Ничего не запишется, пока вы не увидите, что получится.",
  readingFile: "Узел читает файл…",
  format: "Формат",
  asFound: "Определяет узел",
  encoding: "Кодировка",
  encodingFound: (found) => (found ? `Определил узел: ${found}` : "Определяет узел"),
  formats: {
    csv: "CSV",
    tsv: "TSV",
    json: "JSON",
    jsonl: "JSON Lines",
    yaml: "YAML",
    markdown: "Markdown",
  },
  questionColumn: "Вопросы в столбце",
  answerColumn: "Ответы в столбце",
  noColumn: "Выберите столбец",
  chooseColumns: "Не ясно, где в файле вопросы, а где ответы. Выберите то и другое выше.",
  firstRows: "Первые строки файла",
  foundAs: (encoding, delimiter) =>
    delimiter === null ? encoding : `${encoding}, разделитель — ${delimiterName(delimiter)}`,
  wouldDo: (counts) =>
    listed([
      [counts.new, format().count(counts.new, { one: "новый", few: "новых", many: "новых", other: "новых" })],
      [
        counts.replaced,
        format().count(counts.replaced, {
          one: "заменит прежний",
          few: "заменят прежние",
          many: "заменят прежние",
          other: "заменят прежние",
        }),
      ],
      [counts.unchanged, `${number(counts.unchanged)} без изменений`],
      [
        counts.too_long,
        format().count(counts.too_long, {
          one: "слишком длинный",
          few: "слишком длинных",
          many: "слишком длинных",
          other: "слишком длинных",
        }),
      ],
      [counts.failed, `${number(counts.failed)} с ошибкой`],
    ]),
  did: (counts) =>
    listed([
      [counts.new, `новых — ${number(counts.new)}`],
      [counts.replaced, `заменено — ${number(counts.replaced)}`],
      [counts.unchanged, `без изменений — ${number(counts.unchanged)}`],
      [counts.too_long, `слишком длинных — ${number(counts.too_long)}`],
      [counts.failed, `с ошибкой — ${number(counts.failed)}`],
    ]),
  repeated: (count) =>
    `${format().count(count, { one: "вопрос повторяется", few: "вопроса повторяются", many: "вопросов повторяются", other: "вопроса повторяются" })} дальше в файле: запишется последний ответ.`,
  nothingToImport: "Нового в этом файле нет.",
  importChanged:
    "Пока ничего не записано: тем временем часть этого кто-то записал или забыл. Посмотрите, что будет теперь, и нажмите ещё раз.",
  importButton: (count) => `Записать ${answers(count)}`,
  sample: "Первые из них",
  rowNumber: "Строка",
  effect: "Что будет",
  effects: { new: "Новый", replaced: "Заменит", unchanged: "Без изменений" },
  problems: "Пропущенные строки",
  problem: "Почему",
  rowProblems: {
    empty: (part) => `Нет ${ofHalf(part)}.`,
    too_long: (part) => `${half(part)} слишком длинный. Сократите его или разделите.`,
    too_few_fields: (part) => `Строка кончается раньше, чем начинается ${half(part).toLowerCase()}.`,
    too_many_fields: () => "В строке больше полей, чем в первой. Текст с разделителем нужно брать в кавычки.",
    unclosed_quote: () => "Кавычка, открытая здесь, нигде не закрыта. Дальше ничего не прочитано.",
    text_after_quote: () => "После закрывающей кавычки есть текст. Кавычка внутри текста пишется дважды.",
    too_long_row: () => "У строки нет конца, она пропущена. Возможно, потеряна кавычка или перевод строки.",
    not_text: () => "Это не в кодировке файла. Сохраните файл в UTF-8.",
    not_json: () => "Это не JSON.",
    not_a_pair: () => "Это не объект и не список с вопросом и ответом.",
    no_field: (part) => `Нет поля для ${ofHalf(part)}. Выберите его выше.`,
    field_twice: () => "Одно из полей встречается дважды.",
    no_text: (part) => `${half(part)} должен быть текстом.`,
    too_deep: () => "Списки или объекты вложены слишком глубоко.",
    no_answer: () => "Под этим вопросом нет текста.",
    no_question: () => "Перед этим ответом нет вопроса.",
    no_part_of_a_pair: () => "Этот текст не относится ни к одному вопросу и пропущен.",
    read_failed: () => "Остаток файла прочитать не удалось.",
    refused: () => "Узел этого не принимает.",
  },
  importing: "Запись файла",
  importedSoFar: (done, total) => `${number(done)} из ${ofRows(total)}`,
  ends: {
    ended: "Файл записан:",
    cancelled: "Отменено, записанное осталось:",
    failed: "Запись прервалась, записанное осталось; файл можно загрузить ещё раз:",
  },
  notReached: (count) => `Не дошла очередь: ${rows(count)}.`,
  settling: "Спрашиваем узел, что он успел записать…",
  untold: (count) =>
    `Уже во время остановки записано: ${rows(count)}; в отчёте ниже ${count === 1 ? "её" : "их"} нет.`,
  notKnown: (count) =>
    `Записано ли остальное (${rows(count)}), не известно. Загрузите тот же файл ещё раз: дважды ничего не запишется.`,
  seeKnowledge: "Посмотреть знания",
  resultCsv: "Скачать отчёт в CSV",
  resultJson: "в JSON",
  result: {
    columns: ["строка", "вопрос", "результат", "блок", "почему"],
    results: {
      new: "новый",
      replaced: "заменён",
      unchanged: "без изменений",
      taught: "записано",
      notTaught: "не записано",
      unknown: "не известно",
    },
    othersUnknown: "остальные строки, возможно, записаны",
    untold: (count) => `${rows(count)} без подробностей`,
    left: (count) => `${rows(count)}: не дошла очередь`,
  },
  another: "Загрузить другой файл",
  replacesBlock: "Заменил собой",
  replacedByBlock: "Заменён на",
  inKnowledge: "Открыть в «Знаниях»",
  versionsErased: (count) =>
    count === 1 ? "Будет стёрта единственная версия." : `Будут стёрты все версии, всего ${number(count)}.`,
};

function delimiterName(delimiter: string): string {
  return { ",": "запятая", ";": "точка с запятой", "\t": "табуляция", "|": "черта" }[delimiter] ?? delimiter;
}
