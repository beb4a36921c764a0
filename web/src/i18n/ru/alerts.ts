import type { alerts as source } from "../en/alerts";

export const alerts: typeof source = {
  KolibriBackendErrorsSpike: "Команды не выполняются по вине узла.",
  KolibriCallersFailing: "Узлу шлют много команд, которые нельзя выполнить. Сам узел исправен.",
  KolibriCommandsSlow: "Команды выполняются слишком долго.",
  KolibriSoakDurationHigh: "Soak-прогоны длятся дольше двух минут.",
  KolibriSoakMissing: "Больше суток не было удачного soak-прогона.",
  KolibriTelemetryDown: "Нет телеметрии: узел не работает, недоступен или запущен с KOLIBRI_TELEMETRY=0.",
  KolibriNotReady: "Узел не готов к работе.",
  KolibriCrashLoop: "Узел то и дело перезапускается.",
  KolibriGenomeBroken:
    "Геном повреждён. Не перезапускайте узел и ничего не удаляйте: сначала скопируйте каталог данных.",
  KolibriGenomeUnverified:
    "Геном не проверялся больше трёх дней: если он изменён или повреждён, этого никто не заметит.",
  KolibriBackupMissing:
    "Нет сегодняшней резервной копии: всё, чему узел научили с тех пор, есть только на нём.",
  KolibriClockBehind: "Часы отстают от последнего блока, и время новых блоков стоит на месте.",
  KolibriDiskFilling: "На диске с данными кончается место.",
  KolibriTracesFailing: "Трассировки не записываются в файл. Команды при этом выполняются.",
  KolibriOtlpExportFailing: "Коллектор OTLP принимает не всё, что отправляет узел.",
  Watchdog: "Горит всегда: пока он приходит, Prometheus и Alertmanager работают.",
};
