import type { Catalog } from "./en";

const { format } = new Intl.NumberFormat("tr");

function things(messages: number, changes: number): string {
  const counted = [messages && `${format(messages)} ileti`];
  counted.push(changes && `${format(changes)} ${messages ? "başka değişiklik" : "değişiklik"}`);
  return counted.filter(Boolean).join(" ve ");
}

export const tr: Catalog = {
  lang: "tr",
  here: (people) => `${format(people)} kişi`,
  others: (people) => `ve ${format(people)} kişi daha`,
  live: "Canlı",
  connecting: "Bağlanıyor",
  reconnecting: "Yeniden bağlanıyor",
  offline: "Çevrimdışı",
  notConnected: "Bağlı değil",

  onReconnecting: (messages, changes) =>
    messages + changes
      ? `${things(messages, changes)} sırada, gönderilecek.`
      : "Yazdıklarınız saklanır ve gönderilir.",
  onOffline: (messages, changes) =>
    `${messages + changes ? `${things(messages, changes)} sırada` : "Yazdıklarınız saklanır"}. Bağlantı gelince gider.`,
  nextTry: (seconds) => `Yeniden deneme: ${format(seconds)}\u00a0sn`,
  kept: (messages, changes) => `${things(messages, changes)} saklanıyor.`,
  onBusy: {
    lead: "Çekirdek meşgul.",
    rest: "Okuyabilirsiniz; yazdıklarınız hücre bitince gider.",
  },
  onRehearsal: { lead: "Prova.", rest: "Dersin öğrencileri bu odayı görmez." },
  onGone: { lead: "Çekirdek durdu.", rest: "Not defterinin ilk hücrelerini yeniden çalıştırın." },
  onClosed: { lead: "Dersten ayrıldınız.", rest: "Dersi açan hücreyi yeniden çalıştırın." },
  onServiceEnded: {
    lead: "Dersin hizmeti sona erdi.",
    rest: "Yeniden çalışana dek kimse bağlı değil:",
  },
  startAgain: "Yeniden başlat",
  codeCopied: "Kopyalandı: bir hücrede çalıştırın",
  onStopped: (reason) => ({ lead: "Bağlı değil.", rest: reason }),
  onRemoved: (course) => ({ lead: `Bir eğitmen sizi ${course} dersinden çıkardı.`, rest: "" }),
  onForbidden: (course, reason) => ({ lead: `${course} dersine girilemiyor.`, rest: reason }),
  askInstructor: "Eğitmeninizden yeni bir davet isteyin, sonra hücreyi yeniden çalıştırın.",
  retryNow: "Şimdi dene",
  via: (name) => `${name} üzerinden`,
  language: "Dil",
  asBrowser: "Tarayıcıdaki gibi",
  cancel: "Vazgeç",
  leaveProjector: "Projeksiyon kipinden çık (Esc)",

  copyCode: "Kodu kopyala",
  copied: "Kopyalandı",
  insertCell: "Yeni bir hücreye ekle",
  inserted: "Eklendi",
  code: "Kod",
  wideTable: "Tablo",

  notDone: "Yapılmadı: çekirdek yanıt vermedi.",
  notSent: "12 saatten uzun süre önce yazılmıştı.",
  viewNotShown: "Bu görünüm gösterilemiyor. Hücreyi yeniden çalıştırın.",
  notShown: "Bu gösterilemiyor.",

  today: "Bugün",
  yesterday: "Dün",
};
