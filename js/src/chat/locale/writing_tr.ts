import type { WritingCatalog } from "./writing";

const { format } = new Intl.NumberFormat("tr");

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

export const tr: WritingCatalog = {
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
