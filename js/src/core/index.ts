// What a widget's file may use of core.js, which it imports as "edu:core". The widgets here name
// the file that a thing is in, and the build links them to this list; those of other packages
// import from "edu:core" itself, by the types that stand beside core.js.

/** Rises with each change after which a widget that was built before may no longer work. */
export const CORE_VERSION = 1;

export type { ComponentChildren, ComponentType, VNode } from "preact";
export { Component, createContext, Fragment, h, render } from "preact";
export { useCallback, useContext, useLayoutEffect, useReducer } from "preact/hooks";
export { Announced, Status } from "./announced";
export { Around, type ViewAround } from "./around";
export { Banner, isForbidden } from "./banner";
export { Button, IconButton } from "./button";
export { copyText } from "./clipboard";
export type { Collection } from "./collection";
export { AskingButton, Confirm } from "./confirm";
export { type Connection, type Kernel, type Listener, onscreen } from "./connection";
export { asItem, ErrorBoundary } from "./error_boundary";
export { endAll, on, Timer } from "./events";
export { type Feature, feature, type Holding, type ViewProps } from "./feature";
export { type Float, FloatLayer, Floats } from "./float";
export {
  findAll,
  focus,
  focusIn,
  isModified,
  isShortcut,
  moveFocus,
  onEscape,
  placeAfter,
} from "./focus";
export { Empty, Frame, Refusal, Skeleton } from "./frame";
export { HeaderMenu } from "./header_menu";
export {
  useBrief,
  useCountdown,
  useEffect,
  useMemo,
  useNow,
  useRef,
  useSignal,
  useState,
  withHooks,
} from "./hooks";
export { type Context, type Language, Speak, wordsIn } from "./i18n";
export { Icon, type IconName, icons, shapes } from "./icons";
export { canInsertCell, insertCell, LINKED_OUTPUT, whoLooks } from "./jupyter";
export { late } from "./late";
export type { Catalog } from "./locale/en";
export { type MenuGroup, type MenuItem, openMenu } from "./menu";
export {
  asList,
  asNumber,
  asText,
  asTexts,
  type Body,
  type Check,
  type Doc,
  docFields,
  type Fields,
  fromNow,
  hasEnded,
  type Intent,
  isBody,
  isFields,
  isFlag,
  isNumber,
  isOffered,
  isOneOf,
  isText,
  isTime,
  type Node,
  pick,
  readDoc,
} from "./messages";
export type { Model, Options } from "./model";
export { canLead, isInSight, LEAD, lead, offer, offered } from "./navigation";
export type { Kept } from "./outbox";
export { keep, keepText } from "./persistent";
export { type BlobRef, blobRef, Picture, Pictures } from "./pictures";
export { type Projected, project, projectorOf, useProjected } from "./projector";
export { bodyText, linkOf, plainText, Rich, safeHref } from "./rich_text";
export { openStage, stages } from "./shadow";
export { batch, refusalSignal, Signal, TransientSignal } from "./signal";
export { lightOf, StatusLight } from "./status_light";
export { load, save } from "./storage";
export { boundary, initialOf, isolated, oneLine, searchKey, shorten } from "./text";
export { clockTime, dayName, isSameDay, today } from "./time";
export { timeOf, uuid7 } from "./uuid";
export { Header, useLive, useView } from "./view";
