// Generated from edu_widgets/protocol: change the structs there, then run
// `python -m edu_widgets.protocol.export`.

/** Response header by which a service says that it speaks more than the seed's messages. */
export const HEADER = "Edu-Widgets";

/** The version of the protocol, the value of that header. */
export const VERSION = "1";

/** Bytes a client's frame may have. */
export const MAX_FRAME = 65536;

/** Bytes a frame of the service may have. */
export const MAX_SERVICE_FRAME = 4194304;

/** The reason for a refusal. 4000-4499: try again. 4500-4999: stop. */
export const Code = {
  /** The service is restarting. */
  RESTARTING: 4000,
  /** The reader was too slow; it resumes from where it was. */
  SLOW_CONSUMER: 4002,
  /** Nothing was heard from the other side for too long. */
  DEAD_PEER: 4003,
  /** Too many messages in a short time. */
  RATE_LIMITED: 4004,
  /** The token has expired; a fresh one is needed. */
  TOKEN_EXPIRED: 4005,
  /** The service cannot store anything right now. */
  UNAVAILABLE: 4006,
  /** An earlier command of the same lane has to come again first. */
  BEHIND: 4007,
  /** Too many connections; there may be room in a moment. */
  CONNECTION_LIMIT: 4008,
  /** The room is full; there may be a place in a moment. */
  ROOM_FULL: 4009,
  /** The token or secret is not accepted. */
  UNAUTHORIZED: 4500,
  /** Your role does not allow this. */
  FORBIDDEN: 4501,
  /** The frame does not follow the protocol. */
  PROTOCOL: 4502,
  /** The message is too large. */
  TOO_LARGE: 4503,
  /** This id was used before with other content. */
  ID_CONFLICT: 4505,
  /** There is no such channel on this service. */
  NO_SUCH_CHANNEL: 4506,
  /** The invite is not valid. */
  INVITE_INVALID: 4507,
  /** The invite has expired. */
  INVITE_EXPIRED: 4508,
  /** The time for this is over. */
  TOO_LATE: 4510,
  /** It was changed in the meantime; look at it again. */
  STALE: 4511,
  /** There is no such thing any more. */
  NOT_FOUND: 4512,
  /** The service does not know this type of message. */
  UNKNOWN_TYPE: 4513,
  /** A field has a value that is not allowed. */
  INVALID: 4514,
  /** The service met an error of its own; its log tells more. */
  INTERNAL: 4515,
  /** You were removed from the course by an instructor. */
  REMOVED: 4516,
  /** The course lets no new people in at the moment; ask your instructor. */
  DOOR_CLOSED: 4517,
  /** This name is not among those who may join; ask your instructor. */
  NOT_LISTED: 4518,
} as const;

export type Code = (typeof Code)[keyof typeof Code];

/** True if a code says *try again*, as unknown numbers outside 4500-4999 do. */
export function isRetry(code: number): boolean {
  return code < 4500 || code > 4999;
}

/** Commands of one lane keep their order; lanes do not wait for each other. */
export type Lane = "chat" | "vote" | "status" | "board" | "cells" | "stream" | "progress" | "notes";

/** A frame as it is written: every field but `userId` is always there. */
export interface Envelope<Type extends string = string, Data = unknown> {
  /** The message type; it decides the fields of `data`. */
  type: Type;
  /** The channel the message is about; `system` for heartbeats, empty where there is none. */
  channel: string;
  /** The message itself, an object. */
  data: Data;
  /** Time at which the frame was made, by the sender's clock, in ms since 1970. */
  timestamp: number;
  /** The sender's id of this message; an answer carries the id of the message it answers. */
  messageId: string;
  /** The sender's id, as the sender states it; the service uses the signed-in person's id. */
  userId?: string;
}

/**
 * One document of a channel, as stored and as sent.
 *
 * `born` is its first sequence number in the channel (order, paging), `seq` its last change. A
 * deleted document stays as a tombstone: `deleted` is set and the body is empty.
 */
export interface KeyedDocument {
  /** The document's id, unique in its channel; a created document has the id of its command. */
  id: string;
  /** The kind of document; it decides the fields of `body`. */
  kind: string;
  /** The channel's sequence number of its creation; it never changes. */
  born: number;
  /** The channel's sequence number of its last change; the greater one is the newer version. */
  seq: number;
  /** The document's content; `null` or absent for a tombstone. */
  body?: unknown;
  /** True for a tombstone: the document was deleted. */
  deleted?: boolean;
}

/** Body of the `role` document in a person's own channel. */
export interface RoleBody {
  /** The person's role in the course: `student`, `instructor` or `admin`. */
  role: string;
  /** The person's display name in the course. */
  name?: string;
}

/** The rules for joining. The document `admission` is in the staff channel after a change. */
export interface AdmissionBody {
  /** True if nobody new is let in; people already in the course may always come back. */
  closed?: boolean;
  /** Number of names on the roster; absent: any name may join. */
  listed?: number | null;
  /** False if nobody may take part through somebody else's notebook. */
  vouching?: boolean;
}

/** The removal of a person. Its document, `removal:<userId>`, is in the staff channel. */
export interface RemovalBody {
  /** The id of the removed person. */
  userId: string;
  /** The display name of the removed person. */
  userName: string;
  /** Time of the removal, in ms since 1970. */
  at: number;
  /** The display name of the instructor who removed the person. */
  byName?: string;
}

/**
 * A chat message (seed: *Chat System Implementation*). Times are ms since 1970.
 *
 * Our own fields are `role` (the author's at the time, absent for students) and those after it.
 */
export interface MessageBody {
  /** The id, made once by its creator and never again. */
  id: string;
  /** The person's id on this service. */
  userId: string;
  /** The person's display name. */
  userName: string;
  /** The text as it was written: Markdown, not yet made safe to show. */
  content: string;
  /** Time at which it was made, in ms since 1970. */
  timestamp: number;
  /**
   * The seed's kind: of messages `text`, `system`, `file` or `reaction`, of notifications `info`,
   * `success`, `warning`, `error`, `course_update`, `payment` or `message`.
   */
  type?: string;
  /** The address of the person's picture. */
  userAvatar?: string | null;
  /** True if it was changed after it was sent. */
  edited?: boolean;
  /** Time of its last change, in ms since 1970. */
  editedAt?: number | null;
  /** The id of the message this one answers. */
  replyTo?: string | null;
  /** The reactions to it, one entry an emoji. */
  reactions?: Reaction[];
  /** The person's role in the course: `student`, `instructor` or `admin`. */
  role?: string | null;
  /** Number of edits so far; an edit has to name the version it is based on. */
  version?: number;
  /** Display names it mentions; each is in `content` behind an `@`. */
  mentions?: string[];
  /** True if the message was asked as a question; it then has a `question` document. */
  question?: boolean;
  /** Display name of the person through whose notebook the author took part, if not their own. */
  via?: string | null;
  /** Its pictures, at most 4; the text may then be empty. */
  pictures?: BlobRef[];
  /** True if it was asked anonymously; it then has no `userId`, `userName`, `role` and `via`. */
  anonymous?: boolean;
}

/** A message that stays in sight. Its document's id is `pin:<messageId>`. */
export interface PinBody {
  /** The id of the message it is about. */
  messageId: string;
  /** Id of the message's author. */
  userId: string;
  /** Display name of the message's author. */
  userName: string;
  /** The beginning of the message's text, at most 300 characters. */
  content: string;
  /** Time of pinning, in ms since 1970. */
  at: number;
  /** Id of the person who pinned it. */
  by: string;
  /** Display name of the person who pinned it. */
  byName: string;
}

/** Settings of a chat. The only document of its kind; its id is `chat`. */
export interface ChatSettingsBody {
  /** Least number of seconds between two messages of a person; 0: no limit. Staff are exempt. */
  slowMode?: number;
  /** False if students may not send pictures. */
  pictures?: boolean;
  /** True if questions may be asked anonymously. */
  anonymous?: boolean;
}

/**
 * A person who may not write for a while. Its document's id is `mute:<userId>`.
 *
 * It is in the staff's channel and in that person's own.
 */
export interface MuteBody {
  /** Id of the muted person. */
  userId: string;
  /** Display name of the muted person. */
  userName: string;
  /** End of the mute, in ms since 1970; 0: until it is lifted. */
  until?: number;
  /** Display name of the person who muted them. */
  byName?: string;
  /** Time of muting, in ms since 1970. */
  at?: number;
}

/**
 * One person's reactions to one message, in that person's own channel.
 *
 * Its document's id is `reactions:<messageId>`, or `reactions:<channel>/<messageId>` for a message
 * outside the course's channel; it is deleted when no reaction is left.
 */
export interface OwnReactionsBody {
  /** The id of the message it is about. */
  messageId: string;
  /** The emoji this person has set. */
  emojis: string[];
}

/**
 * One person's vote for a question, in that person's own channel.
 *
 * Its document's id is `vote:<messageId>`, or `vote:<channel>/<messageId>` for a question outside
 * the course's channel; it is deleted when the vote is taken back.
 */
export interface OwnVoteBody {
  /** The id of the message that was asked as a question. */
  messageId: string;
}

/**
 * That one person asked a question anonymously, in that person's own channel.
 *
 * Its document's id is `asked:<messageId>`, or `asked:<channel>/<messageId>` for a question outside
 * the course's channel.
 */
export interface OwnQuestionBody {
  /** The id of the message that was asked as a question. */
  messageId: string;
}

/** One person's read position in the chat; in their own channel, its id is `read:chat`. */
export interface ReadMarkBody {
  /** The `born` of the newest message they have read. */
  born: number;
}

/**
 * Time of one person's last message, kept only in slow mode.
 *
 * In their own channel; its document's id is `last:chat`.
 */
export interface LastMessageBody {
  /** Time of their last message, in ms since 1970. */
  at: number;
}

/** A message that was asked as a question. Its document's id is `question:<messageId>`. */
export interface QuestionBody {
  /** The id of the message it is about. */
  messageId: string;
  /** Id of the person who asked. */
  userId: string;
  /** Display name of the person who asked. */
  userName: string;
  /** The beginning of the message's text, at most 300 characters. */
  content: string;
  /** Time of asking, in ms since 1970. */
  at: number;
  /** Number of people who want it answered. */
  votes?: number;
  /** Time it was marked as answered, in ms since 1970; absent while it is open. */
  answered?: number | null;
  /** Display name of the person who marked it as answered. */
  answeredBy?: string | null;
  /** True if it was asked anonymously; it then has no `userId` and `userName`. */
  anonymous?: boolean;
}

/**
 * A question to everybody. As a draft it is in the staff's channel, then in the course's.
 *
 * Counts and the right answer are not in it before they are revealed, each apart.
 */
export interface PollBody {
  /** The poll's id: that of the command that created it. */
  id: string;
  /** The question: Markdown, 1 to 2,000 characters. */
  question: string;
  /** The kind of answer; `predict` asks what some code prints. */
  kind: "multiple" | "number" | "ordering" | "predict" | "scale" | "single" | "text";
  /** The id of the instructor who asks. */
  createdBy: string;
  /** Time at which it was created, in ms since 1970. */
  createdAt: number;
  /**
   * The options: Markdown (of `predict` code), 2 to 20; of a scale the labels of 1 to n, which may
   * be empty; of numbers and texts there are none.
   */
  options?: string[];
  /** True if nobody may learn anybody's choice, staff included. */
  anonymous?: boolean;
  /** True if staff may read each person's choice once a round is closed; never if anonymous. */
  named?: boolean;
  /** Time of the last change of wording since it was opened, in ms since 1970. */
  edited?: number | null;
  /** The state: a draft, open for votes, closed, or revealed. */
  state?: "closed" | "draft" | "open" | "revealed";
  /** The number of the present round, from 1. */
  round?: number;
  /** Seconds it is meant to be open, as given last. */
  seconds?: number | null;
  /** Time at which the round was opened, in ms since 1970. */
  opened?: number | null;
  /** Time at which the round closes or has closed, in ms since 1970; absent: closed by hand. */
  closes?: number | null;
  /**
   * Time after `closes` for which everybody's votes in the present round are taken, in ms: for
   * those whose picture of the lesson is late. Fixed when the round opens; 0 once it is over, and
   * only then are counts and names told of it.
   */
  graceMs?: number;
  /** The revealed parts of the present round. */
  shown?: PollShown;
  /** The counts of every round that was revealed. */
  results?: RoundResult[];
  /** Between the rounds that were revealed, for kinds of which a choice is one option. */
  flows?: PollFlow[];
  /** The right answer once it is revealed, as in the staff's `poll_secret`. */
  correct?: (number | string | number[])[];
  /** Greatest distance of a right number from one of `correct`. */
  tolerance?: number;
  /**
   * True if everybody sees the counts of the present round while it is open; never if anonymous,
   * nor of texts.
   */
  live?: boolean;
  /** True for an anonymous poll whose ballots are destroyed: no round can follow. */
  ended?: boolean;
}

/** The right answer of a poll, until it is revealed. Only for staff. */
export interface PollSecretBody {
  /** The poll it is about. */
  pollId: string;
  /**
   * The right answers: one of these indexes, numbers or texts; of `multiple` exactly these indexes,
   * of `ordering` the indexes in this order.
   */
  correct: (number | string | number[])[];
  /** Greatest distance of a right number from one of `correct`. */
  tolerance?: number;
}

/**
 * The counts of a poll as they are now. Only for staff, and only to be shown when asked for.
 *
 * Of an anonymous poll the round that is open is not in it.
 */
export interface PollTallyBody {
  /** The poll it is about. */
  pollId: string;
  /** The number of the present round. */
  round: number;
  /** Number of people who have answered in the present round. */
  people: number;
  /** The counted answers, by round. */
  rounds?: RoundResult[];
  /** The moves between rounds that follow one another. */
  flows?: PollFlow[];
  /**
   * The next step after a round, by the share that is right: from 70 % move on, under 30 % explain
   * again, in between let them discuss and vote again. Empty where no right answer is known.
   */
  suggestion?: "" | "discuss" | "explain" | "move_on";
  /** Of texts: what stands for each answer that was removed, in hexadecimal; at most 200. */
  removed?: string[];
  /** Of texts: the same for each answer that only staff sees; at most 200. */
  hidden?: string[];
  /** Of texts: by the same for an answer, the text as which it is counted; at most 200. */
  merged?: Record<string, string>;
}

/** The number of answers, for everybody to see; of a live poll their counts too. */
export interface TurnoutBody {
  /** The poll it is about. */
  pollId: string;
  /** The number of the present round. */
  round: number;
  /** Number of people who have answered in it. */
  answered: number;
  /** Time of the count, in ms since 1970. */
  at: number;
  /** The counts of the round so far, only of a poll that was asked `live`: never who was right. */
  live?: RoundResult | null;
}

/** A person's choice, in their own channel; gone once an anonymous poll has ended. */
export interface OwnBallotBody {
  /** The poll it is about. */
  pollId: string;
  /** By the round's number: what was chosen in it. */
  rounds: Record<string, number | string | number[]>;
}

/**
 * A lesson: from when instructors come until they have been away for half an hour.
 *
 * Only for staff. A question that was asked before it began is asked anew.
 */
export interface PollSessionBody {
  /** Time of its beginning, in ms since 1970. */
  began: number;
  /** Time at which an instructor was here last, in ms since 1970; renewed every five minutes. */
  seen: number;
}

/**
 * The order in which drafts are asked. Only for staff.
 *
 * Drafts that are not in it come last, the oldest first.
 */
export interface PollOrderBody {
  /** The ids of the drafts, the next one first; at most 500. */
  ids: string[];
}

/** The people who draw on the board, and the view that the class follows. One of its kind. */
export interface BoardBody {
  /** True if everybody may draw, false for staff and those with the pen. */
  open?: boolean;
  /** The names of the people who were given the pen, by their ids. */
  pens?: Record<string, string>;
  /** Id of the instructor whose view the class follows; empty if nobody's. */
  leaderId?: string;
  /** Display name of that instructor. */
  leaderName?: string;
  /** The view of that instructor. */
  view?: BoardView | null;
}

/** A page of the board. Its document's id is `board_page:<id>`; pages are ordered by birth. */
export interface BoardPageBody {
  /** The id of the page; `first` is that of the page that is always there. */
  id: string;
  /** The picture that the page lies on; nobody can erase it. */
  ground?: BlobRef | null;
  /** The time, in ms since 1970, up to which everything that was drawn is gone. */
  clearedAt?: number;
  /** True for a page that was taken away and whose things are still being deleted. */
  removed?: boolean;
  /** False while things that are gone are still being deleted. */
  swept?: boolean;
}

/**
 * A thing on the board: a stroke, a shape, a text or a note.
 *
 * Its document's id is `board:<id>`; things are ordered by birth, then by id.
 */
export interface BoardItemBody {
  /** Its id, made by its author. */
  id: string;
  /** The id of its page. */
  page: string;
  /** What it was drawn with; a text and a note are tools, too. */
  tool: "arrow" | "ellipse" | "line" | "marker" | "pen" | "rectangle" | "sticky" | "text";
  /** The name of its ink, which is mixed for the page's ground. */
  ink: "amber" | "blue" | "green" | "ink" | "red" | "violet";
  /** Width of the line: 1 (thin) to 3 (thick). */
  width: number;
  /** Place of its first point, in quarters of a pixel of the page. */
  x: number;
  /** Place of its first point downwards, as `x`. */
  y: number;
  /**
   * Its points relative to that place, the first one (0, 0): differences as zigzag varints in
   * base64. Of a shape the two opposite corners or ends, of a text or note the corner alone.
   */
  points: string;
  /** Id of its author. */
  userId: string;
  /** Display name of its author. */
  userName: string;
  /** When it was drawn, in ms since 1970. */
  createdAt: number;
  /** The text of a text or a note, 1 to 500 characters. */
  text?: string;
  /** The author's role; absent for students. */
  role?: string | null;
}

/** One run of a cell. Times are in ms since 1970. */
export interface CellBody {
  /** The code as it was run, with tokens and invites masked. */
  source: string;
  /** Time of its beginning. */
  started: number;
  /** The state of its run: `running`, `ok` or `error`. */
  status?: "error" | "ok" | "running";
  /** The execution count: the 3 of `In[3]`. */
  number?: number;
  /** The language of its source, as Pygments names it. */
  language?: string;
  /** Its outputs, in order; at most 50. */
  outputs?: CellOutput[];
  /** Time of its end; 0 while it runs. */
  ended?: number;
  /** The cell's id in its notebook, where the front end says one. */
  cellId?: string;
  /** The id of the document of its run before, if there was one. */
  again?: string;
  /** The number of its run, from 1. */
  times?: number;
  /** Number of characters of the source, where it was cut. */
  shown?: number;
  /** Number of characters that the source had, where it was cut. */
  total?: number;
  /** Id of who ran it, set by the service. */
  byId?: string;
  /** Display name of who ran it, set by the service. */
  byName?: string;
}

/** The state of the sharing in a course. */
export interface CellsSharingBody {
  /** The state: `off`, `on` or `paused`. */
  state?: "off" | "on" | "paused";
  /** Time of the last change, in ms since 1970. */
  at?: number;
  /** Id of who shares. */
  byId?: string;
  /** Display name of who shares. */
  byName?: string;
}

/** The newest cell that a person has seen; in their own channel. */
export interface CellsMarkBody {
  /** `born` of the newest cell that they have seen. */
  upTo?: number;
}

/** The latest stream of a course, in its channel. */
export interface StreamBody {
  /** Id of the stream: that of the command that started it. */
  id: string;
  /** The state: announced, live, or over. */
  state: "announced" | "ended" | "live";
  /** Id of the instructor who started it. */
  byId: string;
  /** Display name of that instructor. */
  byName: string;
  /** The address of its picture; empty once it is over. */
  url?: string;
  /** The protocol of the address: HLS, WHEP, or a page that is embedded. */
  source?: "embed" | "hls" | "whep";
  /** The title in plain text, at most 120 characters. */
  title?: string;
  /** Time for which it was announced, in ms since 1970. */
  starts?: number | null;
  /** Time at which it went live, in ms since 1970. */
  began?: number | null;
  /** Time at which it ended, in ms since 1970. */
  ended?: number | null;
  /** The address of its recording, once it is over. */
  recording?: string;
}

/** A person's wish to be told when a stream begins, in their own channel. */
export interface StreamReminderBody {
  /** Id of the stream. */
  stream: string;
}

/**
 * A person's own status. Its document's id is `status:<userId>`.
 *
 * It is in the staff's channel and in that person's own.
 */
export interface StatusBody {
  /** The id of the person. */
  userId: string;
  /** The display name of whose status it is. */
  userName: string;
  /** `following`, `done` or `stuck`. */
  status: "done" | "following" | "stuck";
  /** Since when, in ms since 1970. */
  at: number;
}

/**
 * A person wants help. Its document's id is `hand:<userId>`; deleted when it is lowered.
 *
 * It is in the staff's channel and in that person's own. Once solved it says neither note nor
 * traceback any more.
 */
export interface HandBody {
  /** A request for help. */
  userId: string;
  /** The display name of who wants help. */
  userName: string;
  /** Since when, in ms since 1970; what is added later does not change it. */
  at: number;
  /** The note, plain text, at most 500 characters. */
  note?: string;
  /** The error they chose to send with it, at most 4,000 characters. */
  traceback?: string;
  /** Since when somebody is helping, in ms since 1970. */
  taken?: number | null;
  /** The id of who is helping, or has helped. */
  takenBy?: string | null;
  /** The display name of who is helping, or has helped. */
  takenByName?: string | null;
  /** The time at which it was solved, in ms since 1970; absent while the hand is up. */
  solved?: number | null;
}

/**
 * From when to when a student was here. Its document's id is `attendance:<userId>`.
 *
 * Only for staff. It is written after the first minute, then every five minutes and when they
 * leave.
 */
export interface AttendanceBody {
  /** The id of the person. */
  userId: string;
  /** The display name of the person. */
  userName: string;
  /** `[from, to]` in ms since 1970, the newest 60, oldest first. Five minutes away end none. */
  stays: number[][];
}

/** An exercise. Its document's id is `exercise:<name>`. */
export interface ExerciseBody {
  /** The exercise's name in `%check`; letters, digits, `_`, `-` and `.`, at most 40. */
  name: string;
  /** The title in plain text, 1 to 120 characters. */
  title: string;
  /** The exercise's number in the course, from 1. */
  place: number;
  /** Time at which it was created, in ms since 1970. */
  createdAt: number;
  /** The checks in order, at most 50. */
  checks?: ExerciseCheck[];
  /** True if everybody may see how many have done it. */
  counts?: boolean;
}

/**
 * A person's progress in an exercise. Its document's id is `progress:<exercise>:<userId>`.
 *
 * It is in the staff's channel and in that person's own.
 */
export interface ExerciseProgressBody {
  /** The exercise's name. */
  exercise: string;
  /** The id of the person. */
  userId: string;
  /** The display name of the person. */
  userName: string;
  /**
   * The result of each check in the last run: `p` passed, `f` failed, `s` stopped after its time,
   * `-` not run.
   */
  checks: string;
  /** Number of runs. */
  attempts: number;
  /** Time of the last run, in ms since 1970. */
  at: number;
  /** Time at which more checks passed than in the run before, or of the first run. */
  progressed: number;
  /** The errors of the first failed checks of the last run, at most 5. */
  failures?: CheckFailure[];
}

/**
 * The class's counts for an exercise, where the instructor allows them, from 5 people on.
 *
 * Its document's id is `counts:<exercise>`.
 */
export interface ExerciseCountsBody {
  /** The exercise's name. */
  exercise: string;
  /** Number of people who have done it. */
  done: number;
  /** Number of people who have run any check of this course. */
  people: number;
  /** Time of the count, in ms since 1970. */
  at: number;
}

/**
 * A hint to those who share a failure. Its document's id is `hint:<id of the command>`.
 *
 * It is in the own channel of each of them, and in the staff's.
 */
export interface HintBody {
  /** The exercise's name. */
  exercise: string;
  /** The hint: Markdown, 1 to 1,000 characters. */
  text: string;
  /** The id of the instructor who sent it. */
  by: string;
  /** The display name of the instructor who sent it. */
  byName: string;
  /** Time of sending, in ms since 1970. */
  at: number;
  /** The place of the check that fails, from 0; -1: any. */
  check?: number;
  /** The type of the error it is about; absent: any. */
  type?: string;
  /** The message of the error it is about. */
  message?: string;
  /** Ids of those who got it; only in the staff's copy. */
  to?: string[];
}

/** A person's note, in their own channel. Its document's id is `note:<id>`. */
export interface NoteBody {
  /** The id, made once by its creator and never again. */
  id: string;
  /** The text: Markdown, 1 to 8,000 characters. */
  text: string;
  /** Time at which it was created, in ms since 1970. */
  createdAt: number;
  /** Time of the last change of its text, in ms since 1970. */
  editedAt?: number | null;
  /** Number of times it was written; an edit has to name the version it is based on. */
  version?: number;
  /** Number of the instructor's cell that it is about; 0: of none. */
  cell?: number;
  /** Time in the lesson that it is about, in ms since 1970; 0: of none. */
  minute?: number;
  /** The channel it is shared in; empty for a private note. */
  shared?: string;
}

/** A note that its author has shared. Its document's id is `note:<userId>:<id>`. */
export interface SharedNoteBody {
  /** Id of the note; unique together with its author. */
  id: string;
  /** The person's id on this service. */
  userId: string;
  /** The person's display name. */
  userName: string;
  /** The text: Markdown, 1 to 8,000 characters. */
  text: string;
  /** Time at which it was created, in ms since 1970. */
  createdAt: number;
  /** Time of the last change of its text, in ms since 1970. */
  editedAt?: number | null;
  /** Version of the note that this is a copy of. */
  version?: number;
  /** Number of the instructor's cell that it is about; 0: of none. */
  cell?: number;
  /** Time in the lesson that it is about, in ms since 1970; 0: of none. */
  minute?: number;
  /** The author's role when it was shared; absent for students. */
  role?: string | null;
  /** Display name of the person through whose notebook the author took part, if not their own. */
  via?: string | null;
  /** Number of people who like it. */
  likes?: number;
}

/**
 * One person's like of a shared note, in that person's own channel.
 *
 * Its document's id is `like:<channel>/<id of the shared note's document>`.
 */
export interface NoteLikeBody {
  /** The channel of the shared note. */
  channel: string;
  /** The id of the shared note's document. */
  note: string;
}

/**
 * A notification (seed: *Notification System*). Times are ms since 1970.
 *
 * Our own fields are `createdBy`, `createdByName` and `to`. Only a platform sets `read`; the ones
 * that a person has read here are in their `notification_mark`.
 */
export interface NotificationBody {
  /** The id, made once by its creator and never again. */
  id: string;
  /** Plain text in one line, 1 to 200 characters. */
  title: string;
  /** Time at which it was created, in ms since 1970. */
  createdAt: number;
  /**
   * The seed's kind: of messages `text`, `system`, `file` or `reaction`, of notifications `info`,
   * `success`, `warning`, `error`, `course_update`, `payment` or `message`.
   */
  type?: "course_update" | "error" | "info" | "message" | "payment" | "success" | "warning";
  /** The text: Markdown, at most 2,000 characters. */
  message?: string;
  /** Id of the recipient, if it is for one person. */
  userId?: string;
  /** Recipients otherwise: everybody (empty), `staff` or `students`. */
  to?: "" | "staff" | "students";
  /** Data attached by the platform or the instructor, at most 4,000 bytes of JSON. */
  data?: unknown;
  /** True if the person has read it. */
  read?: boolean;
  /** Time at which it is to be removed, in ms since 1970. */
  expiresAt?: number | null;
  /** The actions it offers to the person. */
  actions?: NotificationAction[];
  /** Id of the sender. */
  createdBy?: string;
  /** Display name of the sender. */
  createdByName?: string;
}

/** A person's marks of read and cleared notifications, in their own channel. */
export interface NotificationMarkBody {
  /** Ids of the notifications read one by one, the last one at the end; at most 400. */
  read?: string[];
  /** Notifications created until this time are read, in ms since 1970. */
  upTo?: number;
  /** Notifications created until this time are hidden, in ms since 1970. */
  cleared?: number;
}

/** A person's choice of a notification's action, for the staff and for themselves. */
export interface ActionTakenBody {
  /** Id of the notification. */
  notificationId: string;
  /** Title of the notification. */
  title: string;
  /** The chosen action. */
  action: string;
  /** Text of the chosen action's button. */
  label: string;
  /** Id of the person who chose it. */
  userId: string;
  /** Display name of the person who chose it. */
  userName: string;
  /** Time of the choice, in ms since 1970. */
  at: number;
}

/** Create a message. The service sets author, name, role and time itself. */
export interface ChatMessageData {
  /** The id, made once by its creator and never again. */
  id: string;
  /** The text as it was written: Markdown, not yet made safe to show. */
  content: string;
  /** The person's id on this service. */
  userId?: string;
  /** The person's display name. */
  userName?: string;
  /** Time at which it was made, in ms since 1970. */
  timestamp?: number;
  /**
   * The seed's kind: of messages `text`, `system`, `file` or `reaction`, of notifications `info`,
   * `success`, `warning`, `error`, `course_update`, `payment` or `message`.
   */
  type?: string;
  /** The id of the message this one answers. */
  replyTo?: string | null;
  /** True to list it among the questions; the channel has to offer `questions`. */
  question?: boolean;
  /** Display names it mentions, at most 20; only those in the text behind an `@` are kept. */
  mentions?: string[];
  /** Its pictures, at most 4; the channel has to offer `pictures`. */
  pictures?: BlobRef[];
  /** True to keep from everybody who asks; for questions, where the chat's settings allow it. */
  anonymous?: boolean;
}

/** Replace the text of one's own message; staff may edit anybody's. */
export interface EditMessageData {
  /** The id of the message it is about. */
  messageId: string;
  /** The new text: Markdown, 1 to 8,000 characters. */
  content: string;
  /** The `version` the edit is based on; if the message has another one, the answer is `STALE`. */
  version?: number;
  /** Display names that the new text mentions. */
  mentions?: string[];
}

/** Delete one's own message, with its pin and its question; staff may delete anybody's. */
export interface DeleteMessageData {
  /** The id of the message it is about. */
  messageId: string;
}

/** Add a reaction to a message, or remove it. A repetition changes nothing. */
export interface AddReactionData {
  /** The id of the message it is about. */
  messageId: string;
  /** One emoji, at most 32 bytes of UTF-8. */
  emoji: string;
  /** The person's id on this service. */
  userId?: string;
  /** Ours: `add` (the default) or `remove`. */
  action?: string;
}

/** Pin or unpin a message. Staff only; at most 20 are pinned at once. */
export interface PinMessageData {
  /** The id of the message it is about. */
  messageId: string;
  /** True to pin the message, false to unpin it. */
  pinned: boolean;
}

/** Set the least time between two messages of a person. Staff only. */
export interface SetSlowModeData {
  /** Least number of seconds between two messages, 0 (no limit) to 3,600. */
  seconds: number;
}

/** Allow or forbid students to send pictures. Staff only. */
export interface SetPicturesData {
  /** True to allow pictures, false to forbid them. */
  allowed: boolean;
}

/** Allow or forbid to ask questions anonymously. Staff only. */
export interface SetAnonymousData {
  /** True to allow it, false to forbid it; what was asked anonymously before stays so. */
  allowed: boolean;
}

/** Mute or unmute a person. Staff only; staff cannot be muted. */
export interface MuteUserData {
  /** Id of the person; without `user_name`, the id or the name of a member of the course. */
  userId: string;
  /** Display name of the person. */
  userName?: string;
  /** True to mute the person, false to unmute them. */
  muted?: boolean;
  /** Duration of the mute in minutes; 0: until it is lifted. */
  minutes?: number;
}

/** Vote for another person's question, or take the vote back. A repetition changes nothing. */
export interface UpvoteQuestionData {
  /** The id of the message it is about. */
  messageId: string;
  /** True to vote, false to take the vote back. */
  on: boolean;
}

/** Mark a question as answered or as open: for staff and for the person who asked it. */
export interface AnswerQuestionData {
  /** The id of the message it is about. */
  messageId: string;
  /** True for answered, false for open. */
  answered: boolean;
}

/** Move one's own read mark. It only ever moves up. */
export interface MarkReadData {
  /** The `born` of the newest message that was read. */
  born: number;
}

/** Create a poll, as a draft or open at once. Only staff. Its id is the command's. */
export interface CreatePollData {
  /** The question: Markdown, 1 to 2,000 characters. */
  question: string;
  /** The kind of question; `predict` asks for the output of some code. */
  kind?: "multiple" | "number" | "ordering" | "predict" | "scale" | "single" | "text";
  /** The options, see the poll itself. */
  options?: string[];
  /** The right answer, kept for staff until it is revealed; it may also come only then. */
  correct?: (number | string | number[])[];
  /** Distance from one of `correct` within which a number is right. */
  tolerance?: number;
  /** True if nobody is to learn who chose what. */
  anonymous?: boolean;
  /** Duration, 5 to 86,400 seconds; absent: until it is closed. */
  seconds?: number | null;
  /** True if it is to be opened at once. */
  open?: boolean;
  /** True if staff may read who chose what; everybody is told before they vote. */
  named?: boolean;
  /** True if everybody sees the counts while it is open; neither of texts nor if anonymous. */
  live?: boolean;
  /** Time after its end for which votes are taken, 0 to 30,000 ms; see the poll itself. */
  graceMs?: number;
}

/** Open a draft. Only staff. One that is open stays as it is; a closed one is `TOO_LATE`. */
export interface OpenPollData {
  /** The poll it is about. */
  pollId: string;
  /** Duration in seconds; absent: as its draft says. */
  seconds?: number | null;
  /** Time after its end for which votes are taken, 0 to 30,000 ms; see the poll itself. */
  graceMs?: number;
}

/**
 * Change the wording of a poll, its right answer or its time. Only staff.
 *
 * What is absent stays. Votes stay what they are: the number of options does not change, but of a
 * draft. The wording is fixed once anything was revealed, the right answer once it was shown.
 */
export interface EditPollData {
  /** The poll it is about. */
  pollId: string;
  /** The question: Markdown, 1 to 2,000 characters. */
  question?: string | null;
  /** All the options, in the order they are in. */
  options?: string[] | null;
  /** The right answer; of a draft none takes it away. */
  correct?: (number | string | number[])[] | null;
  /** Distance from one of `correct` within which a number is right, if that is given. */
  tolerance?: number;
  /** Duration in seconds from its opening; 0: until it is closed. */
  seconds?: number | null;
}

/** Put the drafts into the order in which they are asked. Only staff; the last order counts. */
export interface OrderDraftsData {
  /** The ids of drafts, the next one first, at most 500; what is no draft any more is left out. */
  ids: string[];
}

/** Close a round, so that no vote counts any more. Only staff. */
export interface ClosePollData {
  /** The poll it is about. */
  pollId: string;
  /** The round to close; if another one is open by now, it stays open. */
  round: number;
}

/** Give an open round more time. Only staff; of a poll without a timer nothing changes. */
export interface ExtendPollData {
  /** The poll it is about. */
  pollId: string;
  /** The round that is to have more time. */
  round: number;
  /** Additional seconds, up to a day in all. */
  seconds: number;
}

/**
 * Show everybody the counts, the right answer, or both; closes the poll if it is open.
 *
 * Only staff. An anonymous poll ends with it: its ballots are destroyed.
 */
export interface RevealPollData {
  /** The poll it is about. */
  pollId: string;
  /** True to show the counts of the choices. */
  counts?: boolean;
  /** True to show the right answer. */
  answer?: boolean;
  /** The right answer, if it was not given before; it takes the place of one that was. */
  correct?: (number | string | number[])[];
  /** Distance from one of `correct` within which a number is right. */
  tolerance?: number;
}

/** Open a further round of a closed poll. Only staff, and not once the answer was shown. */
export interface RevotePollData {
  /** The poll it is about. */
  pollId: string;
  /** The number of the round to begin; one that has begun already stays as it is. */
  round: number;
  /** Duration in seconds; absent: until it is closed. */
  seconds?: number | null;
  /** Time after its end for which votes are taken, 0 to 30,000 ms; see the poll itself. */
  graceMs?: number;
}

/** Delete a poll with all that belongs to it, ballots too. Only staff. */
export interface DeletePollData {
  /** The poll it is about. */
  pollId: string;
}

/**
 * Take one answer of a text poll out of its results, for everybody and for good. Only staff.
 *
 * All answers go that say the same, in every round, and those given later too; how many people took
 * part stays. One that is removed already changes nothing; one that staff cannot see is
 * `NOT_FOUND`.
 */
export interface RemoveAnswerData {
  /** The poll it is about. */
  pollId: string;
  /** The answer; case, width and white space make no difference. */
  text: string;
}

/**
 * Hide one answer of a text poll from students, or show it again. Only staff.
 *
 * Its people are counted among those of removed answers; staff goes on seeing it.
 */
export interface HideAnswerData {
  /** The poll it is about. */
  pollId: string;
  /** The answer; case, width and white space make no difference. */
  text: string;
  /** False to show it again. */
  on?: boolean;
}

/**
 * Count several answers of a text poll as one, or each by itself again. Only staff.
 *
 * It holds in every round, and for answers given later too. Once the ballots of an anonymous poll
 * are destroyed, nothing can be taken apart again (`TOO_LATE`).
 */
export interface MergeAnswersData {
  /** The poll it is about. */
  pollId: string;
  /** The answers, 1 to 20 of them; case, width and white space make no difference. */
  texts: string[];
  /** The text as which they are counted; empty: each counts by itself again. */
  into?: string;
}

/** Vote, or change one's vote, as long as this very round is open. */
export interface CastVoteData {
  /** The poll it is about. */
  pollId: string;
  /** The round it is for; a vote that comes too late for it counts nowhere. */
  round: number;
  /** The choice, in the form of the poll's kind. */
  choice: number | string | number[];
}

/** Put a stroke, a shape, a text or a note on the board, or replace or restore one's own. */
export interface DrawItemData {
  /** Id of the thing, made by its author. */
  id: string;
  /** The id of its page. */
  page: string;
  /** What it was drawn with; a text and a note are tools, too. */
  tool: "arrow" | "ellipse" | "line" | "marker" | "pen" | "rectangle" | "sticky" | "text";
  /** The name of its ink. */
  ink: "amber" | "blue" | "green" | "ink" | "red" | "violet";
  /** Width of the line: 1 (thin) to 3 (thick). */
  width: number;
  /** Place of its first point, in quarters of a pixel of the page. */
  x: number;
  /** Place of its first point downwards, as `x`. */
  y: number;
  /** Its points relative to that place, coded as those of a stored one. */
  points: string;
  /** The text of a text or a note, 1 to 500 characters. */
  text?: string;
  /**
   * Of a thing that is restored: when it was drawn, in ms since 1970. What was cleared since then
   * stays away.
   */
  createdAt?: number;
}

/** Delete things from the board: one's own; staff any. What is gone already is no mistake. */
export interface EraseItemsData {
  /** At most 200 ids. */
  ids: string[];
}

/** Move things on the board: one's own; staff any. */
export interface MoveItemsData {
  /** At most 200 ids. */
  ids: string[];
  /** The distance to the right, in quarters of a pixel. */
  dx: number;
  /** The distance downwards, as `dx`. */
  dy: number;
}

/** Add a page, give one a picture as its ground, or take one away. Staff only. */
export interface SetPageData {
  /** The id of the page, made by who adds it. */
  id: string;
  /** The picture that it lies on; absent: what it has. */
  ground?: BlobRef | null;
  /** True to take it away, with all that is on it. */
  removed?: boolean;
}

/** Delete everything on a page but its ground. Staff only. */
export interface ClearPageData {
  /** The id of the page. */
  id: string;
}

/**
 * Say who draws, and whether the class follows one's view. Staff only.
 *
 * What is absent stays as it is.
 */
export interface SetBoardData {
  /** True if everybody may draw. */
  open?: boolean | null;
  /** Id of a person to give the pen to or take it from. */
  pen?: string;
  /** True to give `pen` the pen, false to take it. */
  give?: boolean;
  /** True if the class follows one's view from now on. */
  follow?: boolean | null;
}

/** Show the class one's view; ignored unless it follows. */
export interface ShowViewData {
  /** The part of a page that is in sight. */
  view: BoardView;
}

/**
 * Share a run of a cell, or what became of it. Staff only.
 *
 * A cell that was taken back is not shared again.
 */
export interface ShareCellData {
  /** The id of the run's document, made by the sender. */
  id: string;
  /** The run as it is now. */
  cell: CellBody;
}

/** Delete a shared cell for everybody. Staff only. */
export interface TakeBackCellData {
  /** The id of the cell's document. */
  id: string;
}

/** Say that the sharing begins, pauses or ends. Staff only. */
export interface SetSharingData {
  /** The new state: `off`, `on` or `paused`. */
  state: "off" | "on" | "paused";
}

/** Say how far one has seen the cells. */
export interface MarkCellsData {
  /** `born` of the newest cell one has seen; the stored mark only ever moves up. */
  upTo: number;
}

/**
 * Show the class a stream, now or at a time; it takes the place of the one before. Staff only.
 *
 * The command's id becomes the stream's id.
 */
export interface StartStreamData {
  /** The address of its picture: http or https, at most 2,000 characters. */
  url: string;
  /** The protocol of the address: HLS, WHEP, or a page that is embedded. */
  source: "embed" | "hls" | "whep";
  /** The title in plain text, at most 120 characters. */
  title?: string;
  /** Time at which it goes live by itself, in ms since 1970; 0: at once. */
  starts?: number;
}

/** End the stream, or add the recording to one that is over. Staff only. */
export interface StopStreamData {
  /** Id of the stream; another one is left alone. */
  id: string;
  /** The address of its recording; empty for none yet. */
  recording?: string;
}

/** Wish to be told when a stream begins, or not any more. A repetition changes nothing. */
export interface RemindStreamData {
  /** Id of the stream. */
  id: string;
  /** True to be reminded. */
  on: boolean;
}

/** Say how far one is. */
export interface SetStatusData {
  /** `following`, `done` or `stuck`; absent: say nothing any more. */
  status?: "done" | "following" | "stuck" | null;
}

/** Take everybody's status away, as for a new exercise. Only staff. */
export type ClearStatusesData = Record<string, never>;

/** Ask for help. Raised again, note and traceback are replaced and the place is kept. */
export interface RaiseHandData {
  /** The reason for the hand: plain text, at most 500 characters. */
  note?: string;
  /** The error that stands in the way, at most 4,000 characters; only after a yes. */
  traceback?: string;
}

/** Take a hand down: one's own, or as staff anybody's. One that is down stays down. */
export interface LowerHandData {
  /** The id of the hand's owner; absent: one's own. */
  userId?: string;
}

/** Say that one is helping, or no longer. Only staff; nobody is taken from somebody else. */
export interface TakeHandData {
  /** The id of the hand's owner. */
  userId: string;
  /** True while one is helping; `false` gives the hand back to the queue. */
  taken?: boolean;
  /** Give back a hand that a colleague has taken, after having asked. */
  anyway?: boolean;
}

/** Say that somebody has been helped. Only staff. */
export interface SolveHandData {
  /** The id of the hand's owner. */
  userId: string;
  /** The `at` of the hand that was seen: one raised again since stays up; 0: any. */
  at?: number;
}

/** Give the class an exercise, or change one of the same name. Only staff. */
export interface SetExerciseData {
  /** The exercise's name: letters, digits, `_`, `-` and `.`, at most 40. */
  name: string;
  /** The title in plain text, 1 to 120 characters. */
  title: string;
  /** The checks in order, at most 50. */
  checks?: ExerciseCheck[];
  /** True if everybody may see how many have done it; absent: as it is. */
  counts?: boolean | null;
}

/** Delete an exercise, and everybody's progress in it. Only staff. */
export interface DeleteExerciseData {
  /** The exercise's name. */
  name: string;
}

/**
 * Tell what one's own checks came to: every exercise that was run since the last report.
 *
 * Exercises that are not there are left out, and nothing is kept of an instructor's runs.
 */
export interface ReportProgressData {
  /** By exercise, each once: at most 100. */
  results: ExerciseResult[];
}

/** Send a hint to people who have run an exercise's checks. Only staff. */
export interface SendHintData {
  /** The exercise's name. */
  exercise: string;
  /** The hint: Markdown, 1 to 1,000 characters. */
  text: string;
  /** Ids of those who get it, 1 to 500. */
  people: string[];
  /** The place of the check that fails, from 0; -1: any. */
  check?: number;
  /** The type of the error it is about; absent: any. */
  type?: string;
  /** The message of the error it is about. */
  message?: string;
}

/** Write a note of one's own, or replace its text; a shared one changes for the class too. */
export interface WriteNoteData {
  /** Id of the note, made by its author. */
  id: string;
  /** The text: Markdown, 1 to 8,000 characters. */
  text: string;
  /** The `version` it is based on, 0 for a new note; if it has another, the answer is `STALE`. */
  version?: number;
  /** Number of the instructor's cell that it is about; 0: of none. */
  cell?: number;
  /** Time in the lesson that it is about, in ms since 1970; 0: of none. */
  minute?: number;
}

/** Share a note of one's own with the class, or take it back. A repetition changes nothing. */
export interface ShareNoteData {
  /** Id of the note. */
  id: string;
  /** True to share it, false to take it back. */
  on: boolean;
}

/** Delete a note of one's own, with its shared copy. A repetition changes nothing. */
export interface DeleteNoteData {
  /** Id of the note. */
  id: string;
}

/** Take a shared note from the class; its author keeps it as a private one. Staff only. */
export interface RemoveNoteData {
  /** Id of the note's author. */
  userId: string;
  /** Id of the note. */
  id: string;
}

/** Like another person's shared note, or take the like back. A repetition changes nothing. */
export interface LikeNoteData {
  /** Id of the note's author. */
  userId: string;
  /** Id of the note. */
  id: string;
  /** True to like it, false to take the like back. */
  on: boolean;
}

/** Send a notification to everybody, a role or one person. Staff only. */
export interface SendNotificationData {
  /** Plain text in one line, 1 to 200 characters. */
  title: string;
  /** The text: Markdown, at most 2,000 characters. */
  message?: string;
  /**
   * The seed's kind: of messages `text`, `system`, `file` or `reaction`, of notifications `info`,
   * `success`, `warning`, `error`, `course_update`, `payment` or `message`.
   */
  type?: "course_update" | "error" | "info" | "message" | "payment" | "success" | "warning";
  /** Recipients: everybody (empty), `staff` or `students`; not together with `userId`. */
  to?: "" | "staff" | "students";
  /** Id of the recipient; absent: see `to`. */
  userId?: string;
  /** Seconds for which it is shown, from the time the service gets it. */
  seconds?: number | null;
  /** Time until which it is shown, in ms since 1970; not together with `seconds`. */
  expiresAt?: number | null;
  /** The actions it offers to the person. */
  actions?: NotificationAction[];
  /** Data for programs, at most 4,000 bytes of JSON. */
  data?: unknown;
}

/** Mark notifications as read: some by id, or all that were created until `upTo`. */
export interface MarkNotificationsData {
  /** Ids of the notifications to mark, at most 400. */
  ids?: string[];
  /** Time in ms since 1970; the stored time only ever moves up, at most to now. */
  upTo?: number;
}

/** Hide from one's own list the notifications that were created until `upTo`. */
export interface ClearNotificationsData {
  /** Time in ms since 1970; the stored time only ever moves up, at most to now. */
  upTo: number;
}

/** Choose an action of a notification; the staff see the choice. The last choice counts. */
export interface TakeActionData {
  /** Id of the notification. */
  id: string;
  /** The chosen action; an action that is an address is opened, not posted. */
  action: string;
}

/**
 * Ask for a channel. With `since` (ours) the answer is `subscribed`, then `changes`.
 *
 * `floors` names, for kinds kept in a window, the lowest `born` the mirror holds.
 */
export interface SubscribeData {
  /** The person's id on this service. */
  userId?: string;
  /** The mirror's position; without it the service sends a fresh window. */
  since?: Cursor | null;
  /** By kind: the lowest `born` the mirror holds; changes to older documents are left out. */
  floors?: Record<string, number>;
}

/** Leave a channel. */
export interface UnsubscribeData {
  /** The person's id on this service. */
  userId?: string;
}

/** Sent every 30 s (seed: `heartbeatInterval`); `timestamp` in ms comes back in the ack. */
export interface HeartbeatData {
  /** The sender's clock, in ms since 1970. */
  timestamp?: number;
}

/** Ask for older documents of `kind` in a channel, `limit` at most, born before `before`. */
export interface RequestHistoryData {
  /** Largest number of documents to send; the service caps it. */
  limit?: number;
  /** Only documents born before this sequence number; without it the newest ones. */
  before?: number | null;
  /** The kind of document asked for. */
  kind?: string;
}

/** The answer to a heartbeat, with its `timestamp`. */
export interface HeartbeatAckData {
  /** The `timestamp` of the heartbeat, in ms since 1970. */
  timestamp?: number;
}

/** A command or a frame was refused. */
export interface ErrorData {
  /** One sentence for people: what was refused and what to do. */
  message: string;
  /** A number of the table of codes; 0 from a service that has none. */
  code?: number;
  /** The id of the refused frame, where it could be read. */
  messageId?: string;
  /** Time to wait before trying again, in ms. */
  retryAfter?: number | null;
}

/** The sender writes. Short-lived, never queued. */
export interface TypingStartData {
  /** The person's id on this service. */
  userId?: string;
}

/** The sender has stopped writing. */
export interface TypingStopData {
  /** The person's id on this service. */
  userId?: string;
}

/** Someone writes, or has stopped. */
export interface UserTypingData {
  /** The person's id on this service. */
  userId: string;
  /** True if the person began to write, false if they stopped. */
  isTyping: boolean;
  /** The person's display name. */
  userName?: string;
}

/** Someone has entered a channel. */
export interface UserJoinedData {
  /** The person's id on this service. */
  userId: string;
  /** The person's display name. */
  userName?: string;
}

/** Someone has left a channel. */
export interface UserLeftData {
  /** The person's id on this service. */
  userId: string;
}

/** Someone is here or not. */
export interface UserPresenceData {
  /** The person's id on this service. */
  userId: string;
  /** True if the person is here now. */
  online: boolean;
}

/** A channel is granted: its history's `epoch`, its head `seq`, the reader's role. */
export interface SubscribedData {
  /** Names the channel's history; another epoch than before means that a reset follows. */
  epoch: string;
  /** The channel's head: the mirror is caught up when its cursor gets there. */
  seq: number;
  /** The person's role in the course: `student`, `instructor` or `admin`. */
  role: string;
  /** The person's id on this service. */
  userId: string;
  /** The person's display name. */
  userName?: string;
  /** The channel's features, such as `chat`. */
  features?: string[];
  /** Number of people in the channel. */
  people?: number;
  /** Their display names, staff first; at most 50, and none in a room of more than 200. */
  names?: string[];
  /** Number of instructors and administrators among them. */
  staff?: number;
  /** Names the present start of the service; `since` carries it once the mirror is caught up. */
  generation?: string;
}

/** A channel was taken away (role change, course ended); its mirror is to be cleared. */
export interface UnsubscribedData {
  /** The channel that was taken away. */
  channel: string;
  /** The reason, as a number of the table of codes. */
  code: number;
  /** The reason, as one sentence for people. */
  message?: string;
}

/**
 * Documents changed between `prev` (excluded) and `seq`, oldest change first.
 *
 * A mirror's cursor moves only by these, and only if `prev` is not above it. `reset` replaces
 * everything the mirror holds; `floors` then names, for kinds kept in a window, the lowest `born`
 * it contains (absent: all there are).
 */
export interface ChangesData {
  /** Names the channel's history these changes belong to. */
  epoch: string;
  /** The change after which the documents begin; if above the mirror's cursor, there is a hole. */
  prev: number;
  /** The last change among the documents; the cursor moves there. */
  seq: number;
  /** The changed documents in their newest version, tombstones included. */
  docs?: KeyedDocument[];
  /** True if the mirror has to drop everything it holds first. */
  reset?: boolean;
  /** With `reset`, by kind kept in a window: the lowest `born` in it. */
  floors?: Record<string, number>;
}

/**
 * The answer to `request_history`: documents born in `[floor, before)`, oldest first.
 *
 * `more` is true if older ones exist.
 */
export interface PageData {
  /** The kind of document asked for. */
  kind: string;
  /** The documents, oldest first, without tombstones. */
  docs?: KeyedDocument[];
  /** The lowest `born` the page reaches down to; 0 if nothing is older. */
  floor?: number;
  /** True if older documents exist. */
  more?: boolean;
}

/** The command with this id is stored; `seq` is the channel's number of its last change. */
export interface AckData {
  /** The id of the command. */
  messageId: string;
  /** The sequence number of the command's last change in the channel; 0 if it changed nothing. */
  seq?: number;
  /** The same number for other channels that the sender reads and the command changed, by name. */
  heads?: Record<string, number>;
}

/**
 * The service is about to end, and others of its kind go on: come back to them.
 *
 * A client opens another connection at a random time within `spread_ms`, so that not all come at
 * once. Until then this one works as before. Who has not come back soon after that time is
 * disconnected with `RESTARTING`.
 */
export interface GoodbyeData {
  /** Time within which to come back, in ms. */
  spreadMs: number;
}

/** The number and names of the people in the channel. Coalesced, at most four a second. */
export interface RoomData {
  /** Number of people in the channel. */
  people: number;
  /** Their display names, staff first; at most 50, and none in a room of more than 200. */
  names?: string[];
  /** Number of instructors and administrators among them. */
  staff?: number;
}

/** End the course's invite and make a new one. Only staff. */
export type RenewInviteData = Record<string, never>;

/** Remove a person, who stays out until readmitted. Only staff. */
export interface RemovePersonData {
  /** The id of the person to remove. */
  userId: string;
  /** True to remove also every student who joined by the same invite from the same address. */
  sameJoin?: boolean;
}

/** Let somebody who was removed join again. Only staff. */
export interface ReadmitPersonData {
  /** The id of the person to readmit. */
  userId: string;
}

/**
 * Erase a person from the course: their texts, their votes, and the record that they were here.
 *
 * Only staff. Nothing brings it back; with a valid invite they may join again as somebody new.
 */
export interface ErasePersonData {
  /** The id of the person to erase. */
  userId: string;
}

/** Open the door to new people, or close it. Only staff; answered with `admission`. */
export interface SetDoorData {
  /** True to let nobody new in. */
  closed: boolean;
}

/** Set the names that may join, each of them once. Only staff; answered with `admission`. */
export interface SetRosterData {
  /** The names, at most 2,000; absent: any name may join. */
  names?: string[] | null;
}

/**
 * Let people take part through the notebooks of others, or nobody.
 *
 * Only staff; answered with `admission`. Who takes part so is out as soon as nobody may.
 */
export interface SetVouchingData {
  /** False to let nobody take part through somebody else's notebook. */
  allowed: boolean;
}

/** The answer to `renew_invite`. */
export interface NewInviteData {
  /** The new invite: the link with a code that people join with from now on. */
  invite: string;
}

/** The answer to `remove_person`, `readmit_person` and `erase_person`: the people concerned. */
export interface ConcernedData {
  /** The people removed, readmitted or erased; empty if nothing had to change. */
  people?: RemovalBody[];
}

/** Make a code that links a viewer to the sender. Only students, from a kernel of their own. */
export type MakeLinkCodeData = Record<string, never>;

/** Become the person whose code it is. Only people who take part through another's notebook. */
export interface LinkMembershipData {
  /** The code, in any case, with or without blanks and dashes; at most 32 characters. */
  code: string;
}

/** End the sender's links, and their code. Only from a kernel of their own. */
export type UnlinkMembershipData = Record<string, never>;

/** The answer to `make_link_code`. */
export interface LinkCodeData {
  /** The code, good for one use; one that was made before is good for nothing any more. */
  code: string;
  /** Time until which it can be entered, in ms since 1970. */
  expires: number;
}

/** The answer to `link_membership`; the connection is closed next, to come back as that. */
export interface LinkedMembershipData {
  /** The id that the sender has from now on. */
  userId: string;
  /** The display name that goes with it. */
  userName: string;
}

/** The answer to `unlink_membership`. */
export interface UnlinkedMembershipData {
  /** Number of links that were ended. */
  ended: number;
}

/**
 * Ask for a channel's messages that contain `query` in their text or their author's name.
 *
 * Upper and lower case, accents, and the Turkish ı and i are not told apart.
 */
export interface SearchData {
  /** Text to search for, 1 to 200 characters. */
  query: string;
  /** Most messages to return; the service caps it at 50. */
  limit?: number;
  /** Only messages born before this sequence number; without it from the newest on. */
  before?: number | null;
}

/** The answer to `search`. Its documents are for display only; they belong into no mirror. */
export interface FoundData {
  /** The query of the search. */
  query: string;
  /** The messages found, newest first. */
  docs?: KeyedDocument[];
  /** True if older messages are left to search. */
  more?: boolean;
  /** End of the search, the `before` of the next one; 0 if all messages were searched. */
  floor?: number;
}

/** Ask for the number of others' messages that were born between two sequence numbers. */
export interface CountUnreadData {
  /** Only messages born after this sequence number. */
  after: number;
  /** Only messages born before this sequence number. */
  before: number;
}

/** The answer to `count_unread`. */
export interface UnreadCountData {
  /** Number of others' messages in between, at most 1,000. */
  count: number;
}

/**
 * Ask who chose what in one round of a poll. Only staff, only of a named poll that is closed.
 *
 * Each time stands in the audit trail.
 */
export interface ReadAnswersData {
  /** The poll it is about. */
  pollId: string;
  /** The round it is about. */
  round: number;
  /** Number of answers that were read already. */
  skip?: number;
}

/** Ask who of those here has not answered in a round of a named poll. Only staff. */
export interface ReadMissingData {
  /** The poll it is about. */
  pollId: string;
  /** The round it is about. */
  round: number;
}

/** The answer to `read_missing`: at most 500 people, by name. */
export interface PollMissingData {
  /** The poll it is about. */
  pollId: string;
  /** The round it is about. */
  round: number;
  /** The people who have not answered. */
  people?: MissingPerson[];
}

/** The answer to `read_answers`: at most 500 people, in the order of their ids. */
export interface PollAnswersData {
  /** The poll it is about. */
  pollId: string;
  /** The round it is about. */
  round: number;
  /** The people's choices. */
  answers?: NamedAnswer[];
  /** True if there are further ones. */
  more?: boolean;
}

/** A part of a stroke that is being drawn, or a place that is pointed at. */
export interface BoardPartData {
  /** Id that the stroke will have. */
  id: string;
  /** The id of its page. */
  page: string;
  /** A tool; `laser` or `cursor` for what is never stored. */
  tool: string;
  /** The name of its ink. */
  ink: "amber" | "blue" | "green" | "ink" | "red" | "violet";
  /** Width of the line: 1 (thin) to 3 (thick). */
  width: number;
  /** The points since the last part, its last one included; coded as those of a stroke. */
  points: string;
}

/** The strokes that are being drawn now: one entry each. */
export interface BoardPartsData {
  /** One entry for each stroke, since they were told last. */
  parts: DrawnPart[];
}

/** A connection says whether its person looks at the newest cell. */
export interface CellsFollowingData {
  /** True if it does. */
  on?: boolean;
}

/** The number of people who look at the newest cell; to staff. */
export interface CellsAudienceData {
  /** The number of these people. */
  count?: number;
}

/** A connection says whether its person's player plays. */
export interface StreamWatchingData {
  /** True if it does. */
  on?: boolean;
  /** Time by which its picture is behind, in ms; 0: not known. */
  delay?: number;
}

/** The number of people who watch, to everybody. */
export interface StreamAudienceData {
  /** The number of people whose player plays; 0 under five. */
  count?: number;
  /** The median of the delays that are known, in ms; 0: none is. */
  delay?: number;
}

/** The attention at this end: somebody or nobody. Said again on each new connection. */
export interface AttentionData {
  /** No page was in sight for a minute, or there is none and nothing was run for ten. */
  away: boolean;
}

/**
 * The people who came, went, or changed since `prev`; two a minute to four a second.
 *
 * Above 200 people it has only counts, and nobody needs to have seen the one before. In a staff's
 * channel it has only counts.
 */
export interface PresenceData {
  /** Names the roll that `v` counts in; it begins anew with the service. */
  epoch: string;
  /** The version of the list of those here. */
  v: number;
  /** The version it follows on; whoever has another one asks with `people`. */
  prev?: number;
  /** The service's clock, in ms since 1970. */
  now?: number;
  /** The people who came or changed. */
  set?: Here[];
  /** The ids of who went. */
  del?: string[];
  /** True if they are too many to be listed by name. */
  crowd?: boolean;
  /** The numbers of people here. */
  counts?: Counts;
}

/** Ask who is here: without a query everybody, or a page where there are too many. */
export interface PeopleData {
  /** Text that the names have to contain, at most 64 characters; case and accents are ignored. */
  query?: string;
  /** The people to list; students may ask for `all` and `away`. */
  filter?: "all" | "away" | "done" | "following" | "none" | "stuck";
  /** Number of people to leave out from the beginning. */
  offset?: number;
  /** Most people to list: 200, or 100 where there are more people than that. */
  limit?: number;
}

/** The answer to `people`: staff first for students; stuck first, longest first, for staff. */
export interface PeoplePageData {
  /** Names the roll that `v` counts in. */
  epoch: string;
  /** The version of the list it is taken from. */
  v: number;
  /** The service's clock, in ms since 1970. */
  now?: number;
  /** The people found, on this page. */
  people?: Here[];
  /** Number of people found in all. */
  total?: number;
  /** True if they are too many to be listed by name. */
  crowd?: boolean;
  /** The numbers of people here. */
  counts?: Counts;
}

/** A notification as a base service sends it; missing and odd fields are corrected. */
export interface PlatformNotificationData {
  /** The id, made once by its creator and never again. */
  id?: string;
  /** Subject of the notification, in one line. */
  title?: string;
  /** Text of the notification. */
  message?: string;
  /**
   * The seed's kind: of messages `text`, `system`, `file` or `reaction`, of notifications `info`,
   * `success`, `warning`, `error`, `course_update`, `payment` or `message`.
   */
  type?: string;
  /** True if the person has read it. */
  read?: boolean;
  /** Time at which it was created, in ms since 1970. */
  createdAt?: number | null;
  /** Time at which it is to be removed, in ms since 1970. */
  expiresAt?: number | null;
  /** The actions it offers to the person. */
  actions?: unknown;
}

/** An activity of a person in a course, as a base service sends it. */
export interface UserActivityData {
  /** The person's id on this service. */
  userId?: string;
  /** The activity, in the platform's words. */
  action?: string;
}

/** News of a course, as a base service sends it. */
export interface CourseUpdateData {
  /** Title of the news, if the platform sends one. */
  title?: string;
}

/** The people who reacted to a message with one emoji: their number, and the first of them. */
export interface Reaction {
  /** The emoji of the reaction. */
  emoji: string;
  /** Number of all people who reacted with it. */
  count: number;
  /** The ids of the first 12 of them. */
  users: string[];
  /** The display names of the same people, in the same order. */
  names?: string[];
}

/** A picture as a document names it. The service keeps the bytes as long as one does. */
export interface BlobRef {
  /** SHA-256 of its bytes, in hexadecimal. */
  hash: string;
  /** Its media type, such as `image/png`. */
  type: string;
  /** The number of its bytes. */
  bytes: number;
  /** Its width in pixels. */
  width: number;
  /** Its height in pixels. */
  height: number;
  /** Description of the picture, for those who do not see it. */
  alt?: string;
}

/** The revealed parts of the present round. */
export interface PollShown {
  /** True if everybody sees the counts. */
  counts?: boolean;
  /** True if everybody sees the right answer. */
  answer?: boolean;
}

/**
 * The counted answers of one round; people are counted, never ticks.
 *
 * An anonymous poll tells nothing but `people` under 5 answers.
 */
export interface RoundResult {
  /** The number of the round, from 1. */
  round: number;
  /** Number of people who answered. */
  people: number;
  /** By option: the people who chose it (of ordering: absent). */
  counts?: number[];
  /** Of numbers: each number and its people, the lowest first; at most 200 of them. */
  numbers?: NumberCount[];
  /** Of numbers and scales: the median; a scale's points are 1 to n. */
  median?: number | null;
  /** Of texts: each text and its people, the most frequent first; at most 200 of them. */
  texts?: TextCount[];
  /** Of ordering, by option: its mean place, from 1. */
  ranks?: number[];
  /** Of ordering: the 10 most frequent orders, the most frequent first. */
  orders?: OrderCount[];
  /** People whose number, text or order is not among those told. */
  more?: number;
  /** Of texts: people whose answer an instructor removed or hides. */
  removed?: number;
  /** Number of right answers; only where the answer may be seen too. */
  right?: number | null;
  /**
   * People of these who took part through somebody else's notebook; not told of an anonymous poll.
   */
  vouched?: number;
}

/** The count of people who answered with one number. */
export interface NumberCount {
  /** The number they gave. */
  value: number;
  /** Number of people who gave it. */
  people: number;
}

/** The count of people who answered with one text, whatever its case, width and white space. */
export interface TextCount {
  /** The text as most of them wrote it. */
  text: string;
  /** Number of people who wrote it. */
  people: number;
}

/** The count of people who chose one order. */
export interface OrderCount {
  /** The options' indexes, the first one first. */
  order: number[];
  /** Number of people who chose it. */
  people: number;
}

/** The moves between two rounds, of those who answered both. */
export interface PollFlow {
  /** The earlier round. */
  from: number;
  /** The later round. */
  to: number;
  /** Number of people who answered in both. */
  both: number;
  /** `[a, b, n]`: `n` people chose the option `a` in the earlier round and `b` in the later. */
  pairs: number[][];
}

/** The part of a page that the class is shown, in pixels of the page. */
export interface BoardView {
  /** The id of the page. */
  page: string;
  /** The left edge. */
  x: number;
  /** The upper edge. */
  y: number;
  /** The width, at least 1. */
  width: number;
  /** The height, at least 1. */
  height: number;
}

/** One output of a cell. What it holds depends on its `type`. */
export interface CellOutput {
  /** Its kind: `text`, `markdown`, `html`, `picture`, `error` or `note`. */
  type: "error" | "html" | "markdown" | "note" | "picture" | "text";
  /**
   * Of `text` and `error` what is printed, without escapes; of `markdown` its source; of `note` a
   * line that says what it was.
   */
  text?: string;
  /** The colours of `text`, as lengths in UTF-16 units and letters: `5R12.3b`. */
  runs?: string;
  /**
   * Of `text` its stream, where that is `stderr`; of `error` the exception's type; of `note` what
   * it was: `picture`, `large_picture`, `broken_picture`, `widget`, or a MIME type.
   */
  name?: string;
  /** Of `error` the first line of what the exception says. */
  value?: string;
  /** Of `html` the allowed nodes (docs/widget-protocol.md). */
  nodes?: unknown[];
  /** The part of it that is here, where something was cut; in `unit`. */
  shown?: number;
  /** The whole amount, before something was cut. */
  total?: number;
  /** The unit of both: `lines`, `rows`, `columns`, `outputs` or `characters`. */
  unit?: "" | "characters" | "columns" | "lines" | "outputs" | "rows";
  /** Of `picture` the picture. */
  picture?: BlobRef | null;
}

/** One check of an exercise. */
export interface ExerciseCheck {
  /** The check's name in plain text, 1 to 120 characters. */
  name: string;
  /**
   * The code: an expression that has to be true, or a statement that must not fail; at most 2,000
   * characters. Empty where only the hand-out has it.
   */
  code?: string;
}

/** The error of a failed check, without values: other words are `…`. */
export interface CheckFailure {
  /** The check's place in the exercise, from 0. */
  check: number;
  /** The name of a built-in type of exception; `Error` for any other. */
  type: string;
  /** Its message, at most 300 characters. */
  message?: string;
}

/** An action that a notification offers. */
export interface NotificationAction {
  /** Text of its button, 1 to 60 characters. */
  label: string;
  /** A web address, which opens after showing its destination; or a text to post to the staff. */
  action: string;
  /** Look of its button: `primary`, `secondary` or `danger`. */
  style?: "danger" | "primary" | "secondary";
}

/** The outcome of the runs of an exercise since the last report. */
export interface ExerciseResult {
  /** The exercise's name. */
  exercise: string;
  /** The result of each check in the last run, as in `progress`. */
  checks: string;
  /** Number of runs since the last report. */
  runs?: number;
  /** The errors of the first failed checks of the last run, at most 5. */
  failures?: CheckFailure[];
}

/** A mirror's position in one history of a channel. */
export interface Cursor {
  /** The history the mirror follows; empty before the first answer. */
  epoch?: string;
  /** The sequence number up to which the mirror holds every change. */
  seq?: number;
  /** The service start that last confirmed the position, named by `subscribed`; empty for none. */
  generation?: string;
}

/** A student who is here and has not answered. */
export interface MissingPerson {
  /** The person's id. */
  userId: string;
  /** The person's name in the course. */
  name: string;
}

/** One person's choice. */
export interface NamedAnswer {
  /** The person's id. */
  userId: string;
  /** The person's name in the course; empty for former members. */
  name: string;
  /** The choice, in the form of the poll's kind. */
  choice: number | string | number[];
}

/** Parts of one stroke of somebody's, since they were told last. */
export interface DrawnPart {
  /** Id that the stroke will have. */
  id: string;
  /** The id of its page. */
  page: string;
  /** A tool; `laser` or `cursor` for what is never stored. */
  tool: string;
  /** The name of its ink. */
  ink: "amber" | "blue" | "green" | "ink" | "red" | "violet";
  /** Width of the line: 1 (thin) to 3 (thick). */
  width: number;
  /** The points of each part, in order. */
  points: string[];
  /** Id of the person who draws it. */
  userId: string;
  /** Display name of the person who draws it. */
  userName: string;
  /** True if that is an instructor. */
  staff?: boolean;
}

/** Somebody who is here; in a list for staff also how far they say they are. */
export interface Here {
  /** The person's id on this service. */
  id: string;
  /** The person's display name. */
  name: string;
  /** The person's role in the course: `student`, `instructor` or `admin`. */
  role?: string;
  /** True if nobody is at any of their connections. */
  away?: boolean;
  /** Of somebody away: since when, in ms since 1970. Only for staff, in a list asked for. */
  since?: number;
  /** Only for staff, and only in a page that was asked for. */
  status?: "done" | "following" | "stuck" | null;
  /** Of a status: since when, in ms since 1970. */
  at?: number;
  /** The name of the person through whose notebook they take part; absent: their own. */
  via?: string;
}

/** The numbers of people here. The last five count students, each once, for staff only. */
export interface Counts {
  /** People who are here, away ones included. */
  here?: number;
  /** Of them away; for staff only students who are neither stuck nor done. */
  away?: number;
  /** Students who are stuck. */
  stuck?: number | null;
  /** Students who are done. */
  done?: number | null;
  /** Students who say that they follow, and are not away. */
  following?: number | null;
  /** Students who are not away and have said nothing. */
  none?: number | null;
}

/** The data of each message type that clients send. */
export interface ClientMessages {
  chat_message: ChatMessageData;
  edit_message: EditMessageData;
  delete_message: DeleteMessageData;
  add_reaction: AddReactionData;
  pin_message: PinMessageData;
  set_slow_mode: SetSlowModeData;
  set_pictures: SetPicturesData;
  set_anonymous: SetAnonymousData;
  mute_user: MuteUserData;
  upvote_question: UpvoteQuestionData;
  answer_question: AnswerQuestionData;
  mark_read: MarkReadData;
  create_poll: CreatePollData;
  open_poll: OpenPollData;
  edit_poll: EditPollData;
  order_drafts: OrderDraftsData;
  close_poll: ClosePollData;
  extend_poll: ExtendPollData;
  reveal_poll: RevealPollData;
  revote_poll: RevotePollData;
  delete_poll: DeletePollData;
  remove_answer: RemoveAnswerData;
  hide_answer: HideAnswerData;
  merge_answers: MergeAnswersData;
  cast_vote: CastVoteData;
  board_draw: DrawItemData;
  board_erase: EraseItemsData;
  board_move: MoveItemsData;
  board_page: SetPageData;
  board_clear: ClearPageData;
  board_set: SetBoardData;
  board_view: ShowViewData;
  share_cell: ShareCellData;
  take_back_cell: TakeBackCellData;
  set_sharing: SetSharingData;
  mark_cells: MarkCellsData;
  start_stream: StartStreamData;
  stop_stream: StopStreamData;
  remind_stream: RemindStreamData;
  set_status: SetStatusData;
  clear_statuses: ClearStatusesData;
  raise_hand: RaiseHandData;
  lower_hand: LowerHandData;
  take_hand: TakeHandData;
  solve_hand: SolveHandData;
  set_exercise: SetExerciseData;
  delete_exercise: DeleteExerciseData;
  report_progress: ReportProgressData;
  send_hint: SendHintData;
  note_write: WriteNoteData;
  note_share: ShareNoteData;
  note_delete: DeleteNoteData;
  note_remove: RemoveNoteData;
  note_like: LikeNoteData;
  send_notification: SendNotificationData;
  mark_notifications: MarkNotificationsData;
  clear_notifications: ClearNotificationsData;
  notification_action: TakeActionData;
  subscribe: SubscribeData;
  unsubscribe: UnsubscribeData;
  heartbeat: HeartbeatData;
  request_history: RequestHistoryData;
  typing_start: TypingStartData;
  typing_stop: TypingStopData;
  renew_invite: RenewInviteData;
  remove_person: RemovePersonData;
  readmit_person: ReadmitPersonData;
  erase_person: ErasePersonData;
  set_door: SetDoorData;
  set_roster: SetRosterData;
  set_vouching: SetVouchingData;
  make_link_code: MakeLinkCodeData;
  link_membership: LinkMembershipData;
  unlink_membership: UnlinkMembershipData;
  search: SearchData;
  count_unread: CountUnreadData;
  read_answers: ReadAnswersData;
  read_missing: ReadMissingData;
  board_part: BoardPartData;
  cells_following: CellsFollowingData;
  stream_watching: StreamWatchingData;
  attention: AttentionData;
  people: PeopleData;
}

/** The data of each message type that the service sends. */
export interface ServiceMessages {
  heartbeat_ack: HeartbeatAckData;
  error: ErrorData;
  user_typing: UserTypingData;
  user_joined: UserJoinedData;
  user_left: UserLeftData;
  user_presence: UserPresenceData;
  subscribed: SubscribedData;
  unsubscribed: UnsubscribedData;
  changes: ChangesData;
  page: PageData;
  ack: AckData;
  goodbye: GoodbyeData;
  room: RoomData;
  new_invite: NewInviteData;
  concerned: ConcernedData;
  admission: AdmissionBody;
  link_code: LinkCodeData;
  linked_membership: LinkedMembershipData;
  unlinked_membership: UnlinkedMembershipData;
  found: FoundData;
  unread_count: UnreadCountData;
  poll_missing: PollMissingData;
  poll_answers: PollAnswersData;
  board_parts: BoardPartsData;
  cells_audience: CellsAudienceData;
  stream_audience: StreamAudienceData;
  presence: PresenceData;
  people_page: PeoplePageData;
  notification: PlatformNotificationData;
  user_activity: UserActivityData;
  course_update: CourseUpdateData;
}

/** The body of each kind of document. */
export interface DocumentBodies {
  role: RoleBody;
  admission: AdmissionBody;
  removal: RemovalBody;
  message: MessageBody;
  pin: PinBody;
  chat_settings: ChatSettingsBody;
  mute: MuteBody;
  own_reactions: OwnReactionsBody;
  own_vote: OwnVoteBody;
  own_question: OwnQuestionBody;
  read_mark: ReadMarkBody;
  last_message: LastMessageBody;
  question: QuestionBody;
  poll: PollBody;
  poll_secret: PollSecretBody;
  poll_tally: PollTallyBody;
  turnout: TurnoutBody;
  own_ballot: OwnBallotBody;
  poll_session: PollSessionBody;
  poll_order: PollOrderBody;
  board: BoardBody;
  board_page: BoardPageBody;
  board_item: BoardItemBody;
  cell: CellBody;
  cells_sharing: CellsSharingBody;
  cells_mark: CellsMarkBody;
  stream: StreamBody;
  stream_reminder: StreamReminderBody;
  status: StatusBody;
  hand: HandBody;
  attendance: AttendanceBody;
  exercise: ExerciseBody;
  progress: ExerciseProgressBody;
  exercise_counts: ExerciseCountsBody;
  hint: HintBody;
  note: NoteBody;
  note_shared: SharedNoteBody;
  note_like: NoteLikeBody;
  notification: NotificationBody;
  notification_mark: NotificationMarkBody;
  action_taken: ActionTakenBody;
}

type FrameOf<Messages> = {
  [Type in keyof Messages & string]: Envelope<Type, Messages[Type]>;
}[keyof Messages & string];

/** Any frame a client sends; `type` tells which. */
export type ClientFrame = FrameOf<ClientMessages>;

/** Any frame the service sends; `type` tells which. */
export type ServiceFrame = FrameOf<ServiceMessages>;

/** Any frame. */
export type Frame = ClientFrame | ServiceFrame;

/** A kind of document. */
export type Kind = keyof DocumentBodies;

/** A document of a known kind. */
export type DocumentOf<K extends Kind> = KeyedDocument & {
  kind: K;
  body?: DocumentBodies[K] | null;
};
