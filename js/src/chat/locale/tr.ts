import type { ChatCatalog } from "./en";

const { format } = new Intl.NumberFormat("tr");

const list = new Intl.ListFormat("tr", { type: "conjunction" });

const duration = (seconds: number): string =>
  seconds > 0 && seconds % 60 === 0
    ? `${format(seconds / 60)}\u00a0dk`
    : `${format(seconds)}\u00a0sn`;

/** The service speaks English: what its codes mean. */
const refusals: Record<number, string> = {
  4004: "Kısa sürede çok fazla ileti.",
  4006: "Şu anda yapılamadı.",
  4501: "Buna izniniz yok.",
  4503: "İleti çok uzun.",
  4505: "Bu kimlik başka bir ileti için kullanılmış.",
  4510: "İleti hizmete çoktan verildi; gönderilince silebilirsiniz.",
  4511: "İleti bu arada değişti; yeniden bakın.",
  4512: "Bu ileti artık yok.",
  4514: "Bu değer kabul edilmiyor.",
  4515: "Hizmette bir hata oldu.",
};

export const tr: ChatCatalog = {
  chat: "Sohbet",
  you: "Siz",
  unnamed: "Biri",
  anonymous: "Adsız",
  anonymously: "adsız",
  roles: { instructor: "Eğitmen", admin: "Yönetici" },
  edited: "düzenlendi",

  empty: "Henüz ileti yok",
  emptyHint: (course) =>
    `Kod çalışırken de soru sorabilirsiniz. ${course} dersindeki herkes okuyabilir.`,
  composer: "Sınıfa yaz",
  readonly: "Burada okuyabilirsiniz, yazamazsınız.",
  send: "Gönder",
  insertCode: "Kod ekle",
  pending: "Gönderiliyor",
  queued: "Sırada",
  slowed: (seconds) => `${format(seconds)} sn sonra gönderilecek`,
  unconfirmed: "Gönderildi, doğrulanmadı",
  failed: "Gönderilemedi",
  retry: "Yeniden dene",
  discard: "Sil",
  withdraw: "Geri çek",
  tooLong: (count, most) => `${format(most)} karakter yerine ${format(count)}: kısaltın.`,

  typing: (names, people) => {
    const [first, second] = names;
    if (people > 2 || !first) return "Birkaç kişi yazıyor";
    return second ? `${first} ve ${second} yazıyor` : `${first} yazıyor`;
  },
  divider: "Yeni",
  reactions: "Tepkiler",
  inReplyTo: "Yanıtlanan:",
  showAll: "Tümünü göster",
  showLess: "Daha az göster",
  loading: "Önceki iletiler yükleniyor",

  actions: "İleti işlemleri",
  react: "Tepki ver",
  reply: "Yanıtla",
  more: "Diğer",
  edit: "Düzenle",
  copyText: "Metni kopyala",
  pin: "Sabitle",
  unpin: "Sabitlemeyi kaldır",
  mute: (name) => `Sessize al: ${name}`,
  unmute: (name) => `Sesini aç: ${name}`,
  upvote: "Oy ver",
  takeBack: "Oyumu geri al",
  markAnswered: "Yanıtlandı olarak işaretle",
  reopen: "Açık olarak işaretle",
  remove: "Sil",
  confirmRemove: "Bu ileti silinsin mi?",
  keys: { react: "+", reply: "R", edit: "E", remove: "Del" },
  saving: "Kaydediliyor",
  deleting: "Siliniyor",

  people: (names, count) => {
    const others = count - names.length;
    return list.format(others > 0 ? [...names, `${format(others)} kişi daha`] : names);
  },
  reactedBy: (emoji, count, people) => `${emoji} ${format(count)}${people && `: ${people}`}`,
  includingYours: "sizinki dahil",
  addPicture: "Resim ekle",
  pictures: "Resimler",
  forAll: "Herkesten",
  pickEmoji: "Emoji seç",
  searchEmoji: "Emoji ara",
  oftenUsed: "Sık kullanılanlar",
  allEmoji: "Tümü",
  foundEmoji: (count) => `${format(count)} sonuç`,
  noEmoji: "Emoji bulunamadı",

  earlier: "Daha önceki bir ileti",
  deleted: "Silinmiş ileti",
  gone: "Bu ileti artık yok.",
  goTo: "Bu iletiyi göster",

  pinned: "Sabitlenen",
  pinnedBy: (name) => `Sabitleyen: ${name}`,
  pinPlace: (place, count) => `${format(place)}/${format(count)}`,
  nextPin: "Sonraki sabitlenen ileti",
  allPins: "Tüm sabitlenen iletiler",

  question: "Soru",
  questions: "Sorular",
  answered: "Yanıtlandı",
  votes: (count) => `${format(count)} oy`,
  noQuestions: "Henüz soru yok",
  noQuestionsHint: "Soru olarak sorulanlar burada durur, en çok istenen en üstte.",
  noneOpen: "Açık soru yok",
  projectQuestions: "Soruları sınıfa göster",
  openQuestions: (count) => `${format(count)} açık`,
  backToChat: "Sohbete dön",

  settings: "Sohbet ayarları",
  slowMode: "Yavaş mod",
  anonymousQuestions: "Adsız sorular",
  allowed: "İzin ver",
  off: "Kapalı",
  every: duration,
  slowLine: (seconds) =>
    `Yavaş mod: her ${seconds % 60 ? `${format(seconds)} saniyede` : `${format(seconds / 60)} dakikada`} bir ileti`,
  muteFor: (minutes) => `${format(minutes)} dakika`,
  muteForever: "Ben kaldırana kadar",
  mutedPeople: "Sessize alınanlar",
  till: (time) => `bitiş ${time}`,
  nobodyMuted: "Sessize alınan yok",
  mutedUntil: (time) => `Sessize alındınız. Bitiş: ${time}. Okuyabilirsiniz.`,
  mutedForever: "Eğitmen kaldırana kadar sessize alındınız. Okuyabilirsiniz.",

  file: "Dosya",

  pillFor: (count, forMe) => `${format(count)} yeni${forMe > 0 ? ` · ${format(forMe)} size` : ""}`,
  pillMore: (count) => `${format(count)}+ yeni`,
  readAll: "Tümünü okundu say",
  mentionsYou: "sizden söz ediyor",

  replyingTo: (name) => `Yanıtlanan: ${name}`,
  cancelReply: "Yanıttan vazgeç",
  editing: "İletiniz düzenleniyor",
  editingOf: (name) => `Düzenlenen ileti: ${name}`,
  gettingText: "İletinin metni getiriliyor",
  save: "Kaydet",
  cancelEdit: "Vazgeç",
  editBox: "İletiyi düzenle",
  notSaved: "Kaydedilmedi. Metniniz duruyor.",
  ask: "Soru olarak sor",
  askBox: "Sınıfa bir soru sor",
  askBoxAnonymous: "Adını vermeden sor",
  askAnonymously: "Adsız sor",
  anonymousHint: "Siz olduğunuz derste kimseye söylenmez, eğitmenlere de.",
  anonymousOff: "Gönderilmedi: adsız sorular kapatıldı. Adınızla sormak için yeniden gönderin.",
  sendIn: (seconds) => `Gönder; gidişi ${format(seconds)} sn sonra`,
  asCode: "Kod olarak göster",
  mentionable: (count) => `Anılabilecek ${format(count)} kişi: ok tuşlarıyla seçin`,

  search: "Ara",
  searchBox: "İletilerde ve kişilerde ara",
  closeSearch: "Aramayı kapat",
  found: (count, more) => `${format(count)}${more ? "+" : ""} sonuç`,
  nothingFound: "Sonuç yok",
  searching: "Aranıyor",
  missed: (why, local, reason) => {
    const lead = local ? "Yalnızca yüklenenlerde arandı." : "Daha eski iletilerde aranamadı.";
    const reasons = {
      unable: "Bu hizmette arama yok.",
      away: "Bağlantı yok; gelince gerisinde de aranır.",
      late: "Hizmet henüz yanıt vermedi; verince gerisi de gösterilir.",
      limited: "Kısa sürede çok fazla arama yapıldı; kendiliğinden yeniden denenir.",
      refused: `${reason} Kendiliğinden yeniden denenir.`,
      forGood: reason,
    };
    return `${lead} ${reasons[why]}`;
  },
  moreFound: "Daha fazla",

  refusal: (code, sentence) => refusals[code] ?? sentence,
};
