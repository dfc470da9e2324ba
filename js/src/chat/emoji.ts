// The emoji that can be picked, each with its name and other words for it, in both languages.

import { isText } from "../core/messages";
import { load, save } from "../core/storage";
import { searchKey } from "../core/text";

/** An emoji; its English and its Turkish words, the name first, then others after a comma. */
const table = `
👍 thumbs up, yes agree ok|beğendim, evet tamam onay
👎 thumbs down, no|beğenmedim, hayır
👏 applause, clap bravo|alkış, bravo tebrik
🙌 raised hands, hooray|eller havaya, yaşasın
🙏 thank you, please folded hands|teşekkürler, lütfen rica
👋 wave, hello bye|el sallama, merhaba selam
✋ raised hand, stop question|kalkmış el, dur soru
🙋 person raising hand, question me|el kaldıran kişi, soru ben
👌 OK hand, perfect|tamam işareti, mükemmel
✌️ victory hand, peace|zafer işareti, barış
🤞 fingers crossed, luck hope|çapraz parmak, şans umut
🤝 handshake, deal together|el sıkışma, anlaştık
💪 strong arm, strength|güçlü kol, kuvvet
👀 eyes, looking|gözler, bakıyorum
🧠 brain, smart think|beyin, akıl
❤️ red heart, love|kırmızı kalp, sevgi aşk
💙 blue heart, love|mavi kalp, sevgi
💚 green heart, love|yeşil kalp, sevgi
💯 hundred points, perfect|yüz puan, tam mükemmel
🎉 party popper, celebrate hooray|kutlama, parti yaşasın
🎊 confetti, celebrate|konfeti, kutlama
🥳 partying face, celebrate|kutlayan yüz, parti
🏆 trophy, win|kupa, kazanan
🥇 gold medal, first|altın madalya, birinci
⭐ star, favourite|yıldız, favori
🌟 glowing star|parlayan yıldız
✨ sparkles, new clean|parıltı, yeni
🔥 fire, hot great|ateş, harika
🚀 rocket, ship launch fast|roket, hızlı yayın
✅ check mark, done yes correct|onay işareti, tamam bitti doğru
☑️ ticked box, done|işaretli kutu, bitti
❌ cross mark, no wrong|çarpı işareti, hayır yanlış
❓ question mark|soru işareti
❗ exclamation mark, important|ünlem işareti, önemli
⚠️ warning, careful|uyarı, dikkat
💡 light bulb, idea|ampul, fikir
📌 pin, remember|raptiye, sabit
📎 paper clip, file|ataş, dosya
📝 memo, note write|not, yazı
📚 books, reading|kitaplar, okuma
📖 open book, read|açık kitap, oku
✏️ pencil, write|kalem, yaz
🔍 magnifying glass, search|büyüteç, ara
🔗 link, chain|bağlantı, zincir
🔁 repeat, again|tekrar, yeniden
⏳ hourglass, wait time|kum saati, bekle zaman
⏰ alarm clock, time|çalar saat, zaman
☕ coffee, break|kahve, mola
🍵 tea, break|çay, mola
🍕 pizza, food|pizza, yemek
🎂 cake, birthday|pasta, doğum günü
🍀 four-leaf clover, luck|yonca, şans
😀 grinning face, happy|sırıtan yüz, mutlu
😄 smiling eyes, happy laugh|gülen gözler, mutlu
😁 beaming face, happy|neşeli yüz, mutlu
😂 tears of joy, laugh funny|gülmekten ağlayan yüz, komik
🤣 rolling laughing, funny|gülmekten yerlere yatan, komik
🙂 slight smile, ok|hafif gülümseme, iyi
😉 wink|göz kırpma
😊 blush, smile|utangaç gülümseme
😇 halo, angel innocent|melek, masum
😍 heart eyes, love|kalp gözler, aşık
😎 sunglasses, cool|güneş gözlüğü, havalı
🤓 nerd face, glasses|inek yüz, gözlük çalışkan
🤩 star-struck, wow|yıldız gözler, vay
😋 yummy face, delicious|lezzetli, nefis
🤔 thinking face, hmm|düşünen yüz, hmm
🤨 raised eyebrow, doubt|kalkık kaş, şüphe
🧐 monocle, inspect|tek gözlük, inceleme
😐 neutral face|ifadesiz yüz
😕 confused face|kafası karışık yüz
😵 dizzy face, lost|sersemlemiş yüz, kayboldum
🤯 mind blown, wow|aklı uçan yüz, vay
😮 surprised, open mouth wow|şaşkın, ağzı açık vay
😱 screaming face, fear|çığlık, korku
😳 flushed face, embarrassed|kızarmış yüz, utanma
🥺 pleading face, please|yalvaran yüz, lütfen
😢 crying face, sad|ağlayan yüz, üzgün
😭 sobbing face, sad|hıçkıran yüz, üzgün
😅 nervous laugh, phew|terli gülüş, of
😓 cold sweat, hard|soğuk ter, zor
😴 sleeping face, tired|uyuyan yüz, yorgun
🥱 yawning face, tired bored|esneyen yüz, yorgun sıkılmış
🤒 sick, ill|hasta, ateşli
😬 grimace, awkward|diş sıkma, garip
🙄 rolling eyes|göz devirme
😤 huffing face, effort|burnundan soluyan yüz, çaba
😡 angry face|kızgın yüz
🤖 robot, machine|robot, makine
👻 ghost, boo|hayalet
🐍 snake, Python|yılan, Python
🐼 panda, pandas|panda, pandas
🐛 bug, insect error|böcek, hata
🦆 duck, rubber duck|ördek, lastik ördek
🐢 turtle, slow|kaplumbağa, yavaş
🐇 rabbit, fast|tavşan, hızlı
🦄 unicorn|tek boynuzlu at
💻 laptop, computer code|dizüstü bilgisayar, kod
⌨️ keyboard, type|klavye, yaz
🔧 wrench, fix|anahtar, onar
📈 rising chart, plot up|yükselen grafik, artış
📉 falling chart, plot down|düşen grafik, azalış
📊 bar chart, plot|çubuk grafik
🧮 abacus, count|abaküs, hesap
➕ plus, add|artı, ekle
➖ minus, subtract|eksi, çıkar
➡️ right arrow, next|sağ ok, sonraki
⬅️ left arrow, back|sol ok, önceki
🟢 green circle, go|yeşil daire, başla
🟡 yellow circle, wait|sarı daire, bekle
🔴 red circle, stop|kırmızı daire, dur`;

export interface Emoji {
  emoji: string;
  name: string;
  /** The search key of its words. */
  words: string;
}

/** The emoji offered first to somebody who has used none yet. */
const USUAL = ["👍", "❤️", "😂", "🎉", "🤔", "👏", "✅", "👀"];
const MOST_RECENT = USUAL.length;
const KEY = "edu-widgets:emoji";

const read = (lang: string): Emoji[] =>
  table
    .trim()
    .split("\n")
    .map((line) => {
      const [emoji = "", ...rest] = line.split(" ");
      const words = rest.join(" ").split("|")[lang === "tr" ? 1 : 0] ?? "";
      return { emoji, name: words.split(",")[0] ?? "", words: searchKey(words) };
    });

const tables = new Map<string, Emoji[]>();

/** All of them, with their words in a language. */
export function emojiIn(lang: string): readonly Emoji[] {
  const known = tables.get(lang) ?? read(lang);
  tables.set(lang, known);
  return known;
}

/** Those with a word that begins with each word of `query`. */
export function searchEmoji(lang: string, query: string): Emoji[] {
  const wanted = searchKey(query).split(/\s+/).filter(Boolean);
  return emojiIn(lang).filter(({ emoji, words }) =>
    wanted.every((word) => ` ${words}`.includes(` ${word}`) || emoji === word),
  );
}

/** The ones used last, newest first, filled up with the usual ones. */
export function oftenUsed(lang: string): Emoji[] {
  const stored = load(KEY);
  const recent = Array.isArray(stored) ? stored.filter(isText) : [];
  const wanted = [...new Set([...recent, ...USUAL])].slice(0, MOST_RECENT);
  return wanted.flatMap((emoji) => emojiIn(lang).find((known) => known.emoji === emoji) ?? []);
}

/** Remember that `emoji` was picked. */
export function remember(emoji: string): void {
  const stored = load(KEY);
  const others = Array.isArray(stored) ? stored.filter((held) => held !== emoji) : [];
  save(KEY, [emoji, ...others].slice(0, MOST_RECENT));
}
