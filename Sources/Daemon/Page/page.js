"use strict";
// The page only shows: what it knows is what /v1/… says, and it is asked again whenever /v1/stream tells of a decision.
// Data becomes text and attributes of elements, never markup.

const DAY = 86_400_000;
const POLL = 10_000;
const CLOSE_POLL = 2_000; // For a while after something has happened, because deliveries follow.
const CLOSE_FOR = 60_000;
const SILENCE_OF_STREAM = 40_000; // The daemon sends a heartbeat every 15 s.
const PATIENCE = 15_000;
const SHOWN_AT_MOST = 200;
const RECENTLY = DAY;
const LATE = 300_000;

const state = {
  token: remembered(() => sessionStorage, "linewarden.token"),
  connection: "connecting",
  seen: null,
  lastEventID: null,
  status: null,
  restricted: { shown: 10, lines: [] },
  search: { prefix: "", starts: [""] },
  incidents: 8,
  dead: 5,
  open: null,
  range: 14,
};
const lineFacts = new Map(); // Number → what /v1/lines/{number} said, for as long as the line is the same.

// --- elements --------------------------------------------------------------------------------------------------------

const $ = (id) => document.getElementById(id);

/** Makes an element; attributes that begin with "on" are listeners, false and null are left out. */
function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/**
 * Shows items in a list. An element stays as long as its item is the same, so that focus and selection stay, too;
 * where it has to be made anew, the focus moves to the control that took the place of the old one.
 */
function show(list, items, key, draw) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const fresh = items.map((item) => {
    const name = String(key(item));
    const signature = JSON.stringify(item);
    const before = old.get(name);
    if (before && before.signature === signature) return before;
    const element = draw(item);
    element.dataset.key = name;
    element.signature = signature;
    return element;
  });
  const focused = list.contains(document.activeElement) ? place(document.activeElement) : null;
  fresh.forEach((element, index) => {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  while (list.children.length > fresh.length) list.lastChild.remove();
  if (focused && !list.contains(document.activeElement)) refocus(focused);
  const none = $(`${list.id}-none`);
  if (none) none.hidden = items.length > 0;
}

/** Where a control is, so that it is found again after its element was made anew. */
function place(element) {
  const item = element.closest("[data-key]");
  const section = element.closest("section, dialog");
  return { element, list: item?.parentElement, key: item?.dataset.key, name: element.dataset.focus, section };
}

function refocus({ element, list, key, name, section }) {
  const item = list && [...list.children].find((child) => child.dataset.key === key);
  const again = element.isConnected ? element : item?.querySelector(`[data-focus="${name}"]`);
  (again ?? section?.querySelector("h2"))?.focus();
}

const SIGNS = { bad: "#sign-bad", warn: "#sign-warn", fine: "#sign-fine", none: "#sign-wait", Paused: "#sign-paused" };

function sign(level) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("use", { href: SIGNS[level] ?? SIGNS.none }));
}

function badge(text, level) {
  return h("span", { class: "badge", "data-level": level }, sign(SIGNS[text] ? text : level), text);
}

function button(name, text, act, more) {
  return h("button", { type: "button", "data-focus": name, onclick: act, ...more }, text);
}

/** A number that opens what is known of the line. */
function lineButton(number) {
  return button("line", number, () => openLine(number), { class: "name number", "aria-label": `Line ${number}, details` });
}

// --- words -----------------------------------------------------------------------------------------------------------

const LEVELS = {
  paused: "bad", slowed: "warn", allowed: "fine", FLAGGED: "bad", ACTIVE: "fine", CRITICAL: "bad", AT_RISK: "warn",
  HEALTHY: "fine", critical: "bad", error: "bad", warning: "warn", info: "fine", ASSIGNED: "fine",
};
/** A value that nobody knows pauses its line. */
const level = (value) => (value ? LEVELS[value] ?? "bad" : "none");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const moment = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });
const dayName = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

function lasting(milliseconds) {
  const units = [[DAY, "d"], [3_600_000, "h"], [60_000, "min"], [1_000, "s"]];
  const rest = Math.max(0, milliseconds);
  const at = units.findIndex(([size]) => rest >= size);
  if (at < 0) return "0 s";
  const [size, unit] = units[at];
  const next = units[at + 1];
  const whole = Math.floor(rest / size);
  const part = next ? Math.floor((rest % size) / next[0]) : 0;
  return part && whole < 10 && at < 2 ? `${whole} ${unit} ${part} ${next[1]}` : `${whole} ${unit}`;
}

function ago(time) {
  const passed = Date.now() - Date.parse(time);
  if (passed < 0) return `in ${lasting(-passed)}`;
  return passed < 1_000 ? "now" : `${lasting(passed)} ago`;
}

const TIMES = { ago, for: (time) => `for ${lasting(Date.now() - Date.parse(time))}`, at: (time) => moment.format(Date.parse(time)) };

/** A time as people say it, which stays true: `tick` says it anew. */
function when(time, form = "ago") {
  const title = exact.format(Date.parse(time));
  return h("time", { datetime: time, title, "data-form": form }, TIMES[form](time));
}

function tick() {
  for (const element of document.querySelectorAll("time[data-form]")) {
    const text = TIMES[element.dataset.form](element.dateTime);
    if (element.textContent !== text) element.textContent = text;
  }
}

/** What may be remembered: a browser may forbid it. */
function remembered(storage, name) {
  try {
    return storage().getItem(name);
  } catch {
    return null;
  }
}

function remember(storage, name, value) {
  try {
    if (value === null) storage().removeItem(name);
    else storage().setItem(name, value);
  } catch {
    // Then it is asked for again next time.
  }
}

// --- asking the daemon -----------------------------------------------------------------------------------------------

/** The daemon answered, but not what was asked for. */
class Refused extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.error ?? `the daemon answers ${status}`);
    this.status = status;
    this.code = body?.error;
  }
}

/**
 * Sends a request; comes back with an answer, whatever it says, once there is a token that it takes.
 * `signal` makes what ends one attempt: the time that somebody takes to find the token does not count.
 */
async function send(path, options, signal) {
  for (;;) {
    const used = state.token;
    const headers = { ...options.headers };
    if (used) headers.Authorization = `Bearer ${used}`;
    if (options.body) headers["Content-Type"] = "application/json";
    const response = await fetch(path, { cache: "no-store", ...options, headers, signal: signal() });
    if (response.status !== 401) return response;
    await tokenAfter(used);
  }
}

async function ask(path, method = "GET", body) {
  const options = { method };
  if (body) options.body = JSON.stringify(body);
  const response = await send(path, options, () => AbortSignal.timeout(PATIENCE));
  const json = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, json);
  return json;
}

/** Whether the daemon is ready; a "no" comes as 503, with reasons. */
async function readiness() {
  const response = await fetch("/readyz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  return response.json().catch(() => null);
}

let tokenWaiters = [];

/** Waits until there is another token than the one that was refused. */
function tokenAfter(refused) {
  if (state.token !== refused) return Promise.resolve();
  const dialog = $("token");
  if (!dialog.open) {
    $("token-problem").textContent = refused ? "The daemon does not take this token." : "";
    $("token-value").value = "";
    dialog.showModal();
  }
  return new Promise((resolve) => tokenWaiters.push(resolve));
}

function takeToken(event) {
  event.preventDefault();
  state.token = $("token-value").value.trim();
  remember(() => sessionStorage, "linewarden.token", state.token);
  $("forget").hidden = false;
  $("token").close();
  tokenWaiters.forEach((resolve) => resolve());
  tokenWaiters = [];
}

function forgetToken() {
  remember(() => sessionStorage, "linewarden.token", null);
  location.reload();
}

// --- the connection --------------------------------------------------------------------------------------------------

const CONNECTION_WORDS = { connecting: "Connecting", live: "Live", lost: "Not connected", polling: "Every 10 s" };

function connectionIs(name, reason) {
  state.connection = name;
  $("connection").dataset.state = name;
  document.body.dataset.connection = name;
  setText($("connection-text"), CONNECTION_WORDS[name]);
  const lost = $("lost");
  lost.hidden = name !== "lost";
  const seen = state.seen ? ` What you see is from ${clock.format(state.seen)}.` : "";
  setText(lost, name === "lost" ? `${reason ?? "The daemon cannot be reached."}${seen} Trying again.` : "");
  if (name === "lost") showTab("bad", "No connection");
  else if (state.status) showVerdict();
}

/** Screen readers speak what changes, so that nothing is written twice. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Follows the stream for ever; after a break it goes on behind the last event. */
async function follow() {
  let pause = 500;
  for (;;) {
    try {
      await listen(() => (pause = 500));
      connectionIs("connecting");
    } catch (error) {
      if (error instanceof Refused) connectionIs(error.code === "too_many_readers" ? "polling" : "lost", `${capital(error.message)}.`);
      else connectionIs("lost");
    }
    await rested(pause);
    pause = Math.min(pause * 1.7, 5_000);
  }
}

/** Waits, but not when the network is back or somebody looks again. */
function rested(milliseconds) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
  });
}

/** Reads one connection to its end. EventSource cannot send a token, so the stream is read by hand. */
async function listen(connected) {
  let abort = null;
  let watch = null;
  const isAlive = () => {
    clearTimeout(watch);
    watch = setTimeout(() => abort.abort(), SILENCE_OF_STREAM);
  };
  const signal = () => {
    abort = new AbortController();
    isAlive();
    return abort.signal;
  };
  try {
    const headers = state.lastEventID ? { "Last-Event-ID": state.lastEventID } : {};
    const response = await send("/v1/stream", { headers }, signal);
    if (!response.ok) throw new Refused(response.status, await response.json().catch(() => null));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const take = eventSplitter(onEvent);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      isAlive();
      if (state.connection !== "live") {
        connected();
        connectionIs("live");
        refreshSoon();
      }
      take(value);
    }
  } finally {
    clearTimeout(watch);
    abort?.abort();
  }
}

/** Makes events of pieces of text (WHATWG HTML, section 9.2.6, as far as the daemon uses it). */
function eventSplitter(tell) {
  let parts = [];
  let event = {};
  const takeLine = (line) => {
    if (line === "") {
      if (event.data !== undefined) tell(event);
      event = {};
    } else if (!line.startsWith(":")) {
      const colon = line.indexOf(": ");
      event[line.slice(0, colon)] = line.slice(colon + 2);
    }
  };
  return (text) => {
    const lines = text.split("\n");
    for (const line of lines.slice(0, -1)) {
      takeLine(parts.join("") + line);
      parts = [];
    }
    parts.push(lines.at(-1));
  };
}

function onEvent(event) {
  if (event.id) state.lastEventID = event.id;
  refreshSoon();
  if (event.event !== "decision") return;
  followClosely();
  const told = JSON.parse(event.data);
  const reasons = told.reasons.length ? `: ${told.reasons.join(", ")}` : "";
  const news = $("news");
  news.append(h("p", {}, `${told.phone_number} is ${told.decision}${reasons}`));
  while (news.children.length > 5) news.firstChild.remove();
}

// --- refreshing ------------------------------------------------------------------------------------------------------

let refreshing = null;
let closelyUntil = 0;
let refreshAgain = false;

/** Asks for everything, once for all that happens meanwhile, and no more than once a second. */
function refreshSoon() {
  if (refreshing) {
    refreshAgain = true;
    return refreshing;
  }
  const rest = new Promise((resolve) => setTimeout(resolve, 1_000));
  const run = refresh();
  refreshing = Promise.all([run, rest]).finally(() => {
    refreshing = null;
    if (refreshAgain) {
      refreshAgain = false;
      refreshSoon();
    }
  });
  return run;
}

function followClosely() {
  closelyUntil = Date.now() + CLOSE_FOR;
}

/** Only the stream tells by itself, and only of decisions: the rest is asked for from time to time. */
function poll() {
  const rest = Date.now() < closelyUntil ? CLOSE_POLL : POLL;
  const isDue = Date.now() - (state.seen ?? 0) >= rest;
  if (isDue && !document.hidden && state.connection !== "lost") refreshSoon();
}

async function refresh() {
  try {
    const [status, ready, restricted, open, closed, dead, silences, audit] = await Promise.all([
      ask("/v1/status"), readiness(), restrictedLines(), ask("/v1/incidents?state=open&limit=21"),
      ask(`/v1/incidents?state=closed&limit=${state.incidents + 1}`), ask(`/v1/deliveries?state=dead&limit=${SHOWN_AT_MOST}`),
      ask("/v1/silences"), ask("/v1/audit?limit=6"),
    ]);
    Object.assign(state, { status, ready, open: open.incidents, closed: closed.incidents, deadRows: dead.deliveries });
    state.restricted.lines = restricted;
    state.silences = silences.silences;
    state.audit = audit.audit;
    state.trouble = null;
    state.seen = Date.now();
  } catch (error) {
    if (!(error instanceof Refused)) return; // The stream notices, and says so.
    state.trouble = error.message;
  }
  if (state.status) showAll();
  else if (state.trouble) showTrouble();
  await Promise.all([searchLines(), $("line").open ? showLine() : null]).catch(() => {});
}

/** Paused lines first, then slowed ones; no more than are shown. */
async function restrictedLines() {
  const lines = [];
  for (const decision of ["paused", "slowed"]) {
    const wanted = state.restricted.shown - lines.length;
    if (wanted <= 0) break;
    lines.push(...(await ask(`/v1/lines?decision=${decision}&limit=${wanted}`)).lines);
  }
  return lines;
}

function showAll() {
  showVerdict();
  showFigures();
  showRestricted();
  showIncidents();
  showDeliveries();
  showHooks();
  showLinq();
  showSilences();
  showAudit();
  const { version, started_at: started } = state.status;
  if ($("about").dataset.of !== version + started) {
    $("about").dataset.of = version + started;
    $("about").replaceChildren(`linewarden ${version}, started `, when(started));
  }
}

function showTrouble() {
  $("verdict").dataset.level = "bad";
  $("verdict-sign").setAttribute("href", SIGNS.warn);
  setText($("verdict-title"), "The daemon does not tell");
  show($("problems"), [{ level: "bad", text: state.trouble }], (each) => each.text, (each) => h("li", {}, each.text));
}

// --- the verdict -----------------------------------------------------------------------------------------------------

/** What is not fine, worst first. */
function problems() {
  const { status, ready } = state;
  const found = [];
  const add = (level, text, section) => found.push({ level, text, section });
  if (state.trouble) add("bad", `Not everything could be read: ${state.trouble}`);
  for (const reason of status.reasons) add("bad", `What arrives cannot be stored: ${reason}`);
  if (status.lines.paused) add("bad", `${count(status.lines.paused, "line is", "lines are")} paused`, "restricted");
  for (const hook of status.broken_hooks) add("bad", `Hook ${hook.hook} is broken: ${hook.reason}`, "hooks");
  const subscription = status.linq?.subscription;
  for (const problem of subscription?.problems ?? []) add("bad", `Webhook subscription: ${problem}`, "linq");
  if (status.linq?.failure) add("warn", `Linq cannot be asked: ${status.linq.failure.reason}`, "linq");
  if (status.lines.slowed) add("warn", `${count(status.lines.slowed, "line is", "lines are")} slowed`, "restricted");
  const dead = state.deadRows.filter((each) => Date.now() - Date.parse(each.settled_at) < RECENTLY).length;
  const many = dead === SHOWN_AT_MOST ? "At least " : "";
  if (dead) add("warn", `${many}${count(dead, "delivery was", "deliveries were")} given up within a day`, "deliveries");
  for (const wait of status.pending.filter((each) => Date.now() - Date.parse(each.oldest) > LATE)) {
    add("warn", `${count(wait.deliveries, "delivery waits", "deliveries wait")} for hook ${wait.hook}`, "deliveries");
  }
  const days = ready?.certificate_days;
  if (typeof days === "number" && days < 14) add("warn", `The certificate ends in ${count(days, "day", "days")}`);
  return found.sort((left, right) => (left.level === right.level ? 0 : left.level === "bad" ? -1 : 1));
}

function showVerdict() {
  const found = problems();
  const worst = found[0]?.level ?? "fine";
  $("verdict").dataset.level = worst;
  $("verdict-sign").setAttribute("href", worst === "fine" ? SIGNS.fine : SIGNS.warn);
  const one = found.length === 1 ? found[0].text : `${found.length} things need attention`;
  setText($("verdict-title"), found.length ? one : "Everything is fine");
  const listed = found.length > 1 || found[0]?.section ? found : [];
  show($("problems"), listed.length > 1 ? listed : calm(found), (each) => each.text, drawProblem);
  if (state.connection !== "lost") showTab(worst, found.length ? `(${found.length}) linewarden` : "linewarden");
}

/** What stands below a verdict that says everything already. */
function calm(found) {
  if (found.length) return [];
  const last = state.status.last_event_at;
  return [{ level: "fine", text: last ? "Every line may send, and everything was delivered." : "No webhook has arrived yet." }];
}

function drawProblem({ level, text, section }) {
  const words = section ? h("a", { href: `#${section}-title` }, text) : text;
  return h("li", { "data-level": level }, words);
}

/** The tab says it, too. */
function showTab(level, title) {
  document.title = title;
  const colour = { bad: "c2281f", warn: "b87400", fine: "1c7a48" }[level];
  const shape = level === "fine" ? "<circle cx='8' cy='8' r='7'" : "<rect x='1' y='1' width='14' height='14' rx='3'";
  const icon = `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>${shape} fill='%23${colour}'/></svg>`;
  if ($("tab-sign").getAttribute("href") !== icon) $("tab-sign").setAttribute("href", icon);
}

function showFigures() {
  const { lines, pending, last_event_at: last, silences } = state.status;
  const waiting = pending.reduce((sum, each) => sum + each.deliveries, 0);
  const figures = [
    ["Paused", lines.paused.toLocaleString("en")], ["Slowed", lines.slowed.toLocaleString("en")],
    ["May send", lines.allowed.toLocaleString("en")], ["Deliveries waiting", waiting.toLocaleString("en")],
    ["Last webhook", last ? { time: last } : "none yet"],
  ];
  if (silences) figures.push(["Silences", String(silences)]);
  show($("figures"), figures, ([name]) => name, ([name, value]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, value.time ? when(value.time) : value)));
}

// --- lines -----------------------------------------------------------------------------------------------------------

function showRestricted() {
  const { lines, shown } = state.restricted;
  const all = state.status.lines.paused + state.status.lines.slowed;
  show($("restricted"), lines, (line) => line.phone_number, drawCard);
  const more = $("restricted-more");
  more.hidden = all <= lines.length || shown >= SHOWN_AT_MOST;
  setText(more, `Show more of ${all.toLocaleString("en")}`);
}

function drawCard(line) {
  const number = line.phone_number;
  const bands = h("div", {});
  const card = h("li", { class: "card", "data-decision": line.decision, "data-line": number },
    h("div", { class: "card-head" }, lineButton(number), badge(capital(line.decision), level(line.decision)),
      h("span", { class: "quiet since" }, "since ", when(line.since, "at"), ", ", when(line.since, "ago"))),
    h("p", { class: "why" }, capital(line.reasons.join(", ") || "no reason is known"), ...ends(line)),
    bands, lineButtons(line));
  whenSeen(card, async () => {
    const facts = await factsOf(line).catch(() => null);
    if (facts) bands.append(timeline(facts, 14));
  });
  return card;
}

/** When a hold or flapping ends by itself. */
function ends(line) {
  const until = line.hold?.until ?? line.flapping?.until;
  return until ? [h("span", { class: "quiet" }, " (until ", when(until, "at"), ")")] : [];
}

function lineButtons(line) {
  const number = line.phone_number;
  const act = (name, text) => button(name, text, () => order(name, { line: number }), { "aria-label": `${text} ${number}` });
  // What evidence pauses, an operator may hold all the same: then it stays paused when the evidence is gone.
  const hold = line.hold ? null : act("pause", line.decision === "paused" ? "Keep paused" : "Pause");
  const buttons = [hold, line.decision === "allowed" ? null : act("resume", "Resume"), act("silence", "Silence")];
  return h("div", { class: "buttons" }, buttons);
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((each) => each.isIntersecting)) {
    watcher.unobserve(entry.target);
    entry.target.seen();
  }
}, { rootMargin: "200px" });

/** Does something once the element comes into view: history is not asked for in vain. */
function whenSeen(element, act) {
  element.seen = act;
  watcher.observe(element);
}

/** The evidence about a line, asked for again when the line has changed. */
async function factsOf(line) {
  const signature = JSON.stringify(line);
  const known = lineFacts.get(line.phone_number);
  if (known?.signature === signature) return known.facts;
  const facts = await ask(linePath(line.phone_number));
  if (lineFacts.size > SHOWN_AT_MOST) lineFacts.clear();
  lineFacts.set(line.phone_number, { signature, facts });
  return facts;
}

const linePath = (number, verb) => `/v1/lines/${encodeURIComponent(number)}${verb ? `/${verb}` : ""}`;
const PAGE = 10;

/** Lines whose numbers begin with what was typed, a page at a time. */
async function searchLines() {
  const { prefix, starts } = state.search;
  const start = starts.at(-1) || before(prefix);
  const answer = await ask(`/v1/lines?limit=${PAGE + 1}&after=${encodeURIComponent(start)}`);
  if (prefix !== state.search.prefix || starts !== state.search.starts) return;
  const matching = answer.lines.filter((line) => line.phone_number.startsWith(prefix));
  const page = matching.slice(0, PAGE);
  show($("lines"), page, (line) => line.phone_number, drawRow);
  state.search.next = matching.length > PAGE ? page.at(-1).phone_number : null;
  const more = $("lines-more");
  more.hidden = !state.search.next && starts.length === 1;
  setText(more, state.search.next ? "Next lines" : "Back to the first lines");
  const where = prefix ? ` that begin with ${prefix}` : "";
  setText($("found"), page.length ? (prefix ? `Lines${where}` : "") : `There are no lines${where}.`);
}

/** Something that sorts just before every number that begins so: the API gives what comes after. */
function before(prefix) {
  if (prefix.length < 2) return "";
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) - 1) + "~";
}

function search(event) {
  event?.preventDefault();
  const typed = $("number").value.replace(/[^\d]/g, "");
  state.search = { prefix: typed ? `+${typed}` : "", starts: [""] };
  searchLines().catch(() => {});
}

function nextLines() {
  const { prefix, starts, next } = state.search;
  state.search = { prefix, starts: next ? [...starts, next] : [""] };
  searchLines().catch(() => {});
}

function drawRow(line) {
  return h("li", {},
    h("div", { class: "row-head" }, lineButton(line.phone_number), badge(capital(line.decision), level(line.decision)),
      h("span", { class: "end" }, axes(line))));
}

const axes = (line) => [line.status?.value, line.reputation?.value].filter(Boolean).join(", ") || "nothing reported";

// --- one line --------------------------------------------------------------------------------------------------------

let lineOpener = null;

function openLine(number) {
  lineOpener = document.activeElement === document.body ? null : place(document.activeElement);
  state.line = number;
  setText($("line-title"), number);
  $("line-body").replaceChildren(h("p", { class: "quiet" }, "Asking the daemon"));
  if (!$("line").open) $("line").showModal();
  $("line-title").focus();
  history.replaceState(null, "", `#line=${number}`);
  showLine().catch(() => {});
}

function closedLine() {
  history.replaceState(null, "", location.pathname);
  state.line = null;
  if (lineOpener) refocus(lineOpener);
}

async function showLine() {
  const number = state.line;
  let facts;
  try {
    facts = await ask(linePath(number));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    facts = { problem: error.status === 404 ? "Nothing is known of this line; it may send." : error.message };
  }
  if (state.line !== number) return;
  show($("line-body"), [facts.line ? { ...facts, range: state.range } : { ...facts, number }], () => number, drawLine);
}

function drawLine(facts) {
  const { line } = facts;
  if (!line) return h("div", {}, h("p", {}, facts.problem), lineButtons({ phone_number: facts.number, decision: "allowed" }));
  const days = [1, 7, 14, 30, 90];
  const choose = (range) => {
    state.range = range;
    showLine().catch(() => {});
  };
  const ranges = days.map((range) =>
    button(`range-${range}`, range === 1 ? "1 day" : `${range} days`, () => choose(range), { "aria-pressed": String(range === state.range) }));
  return h("div", {},
    h("div", { class: "card-head" }, badge(capital(line.decision), level(line.decision)),
      h("span", { class: "quiet" }, "since ", when(line.since, "at"), ", ", when(line.since, "ago"))),
    h("p", { class: "why" }, capital(line.reasons.join(", ") || axes(line)), ...ends(line)),
    lineButtons(line),
    h("h3", {}, "Timeline"),
    h("fieldset", { class: "range" }, h("legend", {}, "Show"), ranges),
    timeline(facts, state.range, true),
    h("h3", {}, "Evidence"),
    rows(facts.evidence.slice(0, 30), drawEvidence, "There is none."),
    h("h3", {}, "Deliveries"),
    rows(facts.deliveries.slice(0, 20), drawDelivery, "There are none."));
}

function rows(items, draw, none) {
  return items.length ? h("ul", { class: "rows" }, items.map(draw)) : h("p", { class: "none" }, none);
}

function drawEvidence(evidence) {
  const values = ["status", "reputation", "membership"].filter((axis) => evidence[axis]).map((axis) => {
    const { value, outcome } = evidence[axis];
    return badge(outcome === "changed" || outcome === "learnt" ? value : `${value} (${outcome})`, outcome === "stale" ? "none" : level(value));
  });
  const step = evidence.step ? `incident ${evidence.step}` : null;
  const told = [evidence.source, evidence.detail, step, evidence.trace_id ? `trace ${evidence.trace_id}` : null];
  return h("li", {},
    h("div", { class: "row-head" }, h("strong", {}, evidence.type), values, h("span", { class: "end" }, when(evidence.received_at, "at"))),
    h("p", { class: "quiet" }, told.filter(Boolean).join(", ")));
}

// --- the timeline ----------------------------------------------------------------------------------------------------

/** Stretches of one value each, oldest first: `{ value, from, to }`. */
function stretches(facts, axis, now) {
  const steps = facts.evidence
    .filter((each) => each[axis] && ["learnt", "changed"].includes(each[axis].outcome))
    .map((each) => ({ value: each[axis].value, from: Date.parse(each.changed_at ?? each.received_at) }));
  const present = facts.line[axis];
  if (present && !steps.some((each) => each.value === present.value)) {
    steps.push({ value: present.value, from: Date.parse(present.changed_at) });
  }
  return joined(steps, now);
}

/** When the line was paused or slowed, as the evidence has it. */
function decisions(facts, now) {
  const steps = facts.evidence.filter((each) => each.decision && each.state !== "quarantined")
    .map((each) => ({ value: each.decision, from: Date.parse(each.received_at) }));
  return joined(steps, now);
}

function joined(steps, now) {
  const result = [];
  for (const step of steps.sort((left, right) => left.from - right.from)) {
    const last = result.at(-1);
    if (last?.value === step.value) continue;
    if (last) last.to = step.from;
    result.push({ ...step, to: now });
  }
  return result;
}

/** Bands over days; drawn anew when the width changes. */
function timeline(facts, days, whole = false) {
  const now = Date.now();
  const tracks = [["Status", stretches(facts, "status", now)], ["Reputation", stretches(facts, "reputation", now)]];
  if (whole) tracks.push(["Sending", decisions(facts, now)]);
  const from = now - days * DAY;
  const picture = svg("svg", { class: "timeline", role: "img", "aria-label": inWords(tracks, from, days) });
  const bar = whole ? 26 : 20;
  let width = 0;
  new ResizeObserver(() => {
    if (Math.abs(picture.clientWidth - width) < 1) return;
    width = picture.clientWidth;
    drawTracks(picture, tracks, { from, now, days, width, bar });
  }).observe(picture);
  picture.setAttribute("height", tracks.length * (bar + 6) + 18);
  return picture;
}

function inWords(tracks, from, days) {
  const sentences = tracks.map(([name, bands]) => {
    const seen = bands.filter((band) => band.to > from);
    const parts = seen.map((band) => `${band.value} ${band.from > from ? `from ${moment.format(band.from)}` : "from before"}`);
    return `${name}: ${parts.join(", then ") || "nothing reported"}`;
  });
  return `The last ${count(days, "day", "days")}. ${sentences.join(". ")}.`;
}

function drawTracks(picture, tracks, { from, now, days, width, bar }) {
  const left = 78;
  const x = (time) => left + Math.max(0, (time - from) / (now - from)) * (width - left);
  const bottom = tracks.length * (bar + 6) - 6;
  picture.replaceChildren(...gridOf(from, now, days, x, bottom, width - left));
  tracks.forEach(([name, bands], row) => {
    const y = row * (bar + 6);
    picture.append(svg("text", { x: 0, y: y + bar / 2 + 4 }, name));
    picture.append(svg("rect", { class: "ground", x: left, y, width: Math.max(0, width - left), height: bar, rx: 4 }));
    for (const band of bands.filter((each) => each.to > from)) picture.append(drawBand(band, x, y, bar));
  });
}

/** Colour, hatching and words say the same. */
function drawBand(band, x, y, height) {
  const start = x(band.from);
  const width = Math.max(2, x(band.to) - start - 1);
  const kind = level(band.value);
  const box = { x: start, y, width, height, rx: Math.min(4, width / 2) };
  const group = svg("g", { "data-band": band.value }, svg("title", {}, `${band.value}, ${moment.format(band.from)} to ${moment.format(band.to)}`),
    svg("rect", { ...box, class: `band-${kind}` }));
  if (kind === "bad" || kind === "warn") group.append(svg("rect", { ...box, fill: `url(#${kind === "bad" ? "hatch" : "dots"})` }));
  if (width > band.value.length * 7.2 + 10) group.append(svg("text", { class: "value", x: start + 7, y: y + height / 2 + 4 }, band.value));
  return group;
}

/** A line at each midnight, and as many words as there is room for. */
function gridOf(from, now, days, x, bottom, room) {
  const parts = [];
  const day = new Date(from);
  const hourly = days === 1;
  const every = hourly ? 6 : Math.max(1, Math.ceil(days / Math.max(1, Math.floor(room / 58))));
  if (hourly) day.setMinutes(0, 0, 0);
  else day.setHours(0, 0, 0, 0);
  for (let number = 0; day.getTime() <= now; number += 1) {
    const at = x(day.getTime());
    const named = hourly ? day.getHours() % every === 0 : number % every === 0;
    if (day.getTime() > from && named) {
      parts.push(svg("line", { class: "grid", x1: at, x2: at, y1: 0, y2: bottom + 4 }));
      const text = hourly ? clock.format(day).slice(0, 5) : dayName.format(day);
      if (at < x(now) - 20) parts.push(svg("text", { x: at, y: bottom + 16, "text-anchor": "middle" }, text));
    }
    if (hourly) day.setHours(day.getHours() + 1);
    else day.setDate(day.getDate() + 1);
  }
  return parts;
}

// --- the rest --------------------------------------------------------------------------------------------------------

function showIncidents() {
  const open = state.open.slice(0, 20);
  const closed = state.closed.slice(0, state.incidents);
  show($("incidents"), [...open, ...closed], (each) => each.id, drawIncident);
  const more = $("incidents-more");
  more.hidden = state.closed.length <= state.incidents || state.incidents >= SHOWN_AT_MOST;
}

function drawIncident(incident) {
  const { opened_at: opened, closed_at: closed } = incident;
  const time = closed
    ? ["lasted ", lasting(Date.parse(closed) - Date.parse(opened)), ", ended ", when(closed, "ago")]
    : ["open ", when(opened, "for")];
  return h("li", { "data-incident": incident.id },
    h("div", { class: "row-head" }, lineButton(incident.phone_number),
      closed ? badge("Closed", "none") : badge(`Open, ${incident.severity}`, level(incident.severity)), h("span", { class: "end" }, ...time)),
    h("p", { class: "quiet" }, capital(incident.reasons.join(", "))));
}

function showDeliveries() {
  show($("pending"), state.status.pending, (each) => each.hook, (each) =>
    h("li", {}, h("div", { class: "row-head" }, h("strong", {}, each.hook), count(each.deliveries, "delivery", "deliveries"),
      h("span", { class: "end" }, "oldest ", when(each.oldest)))));
  show($("dead"), state.deadRows.slice(0, state.dead), (each) => each.id, drawDelivery);
  $("dead-more").hidden = state.deadRows.length <= state.dead;
}

const DELIVERY_LEVELS = { dead: "bad", delivered: "fine", pending: "none", superseded: "none" };

function drawDelivery(delivery) {
  const told = delivery.last_error ?? delivery.answer;
  const about = `${delivery.type} to ${delivery.hook}`;
  const replay = delivery.state === "dead"
    ? h("div", { class: "buttons" }, button("replay", "Send again", () => order("replay", { id: delivery.id, about }), { "aria-label": `Send again: ${about}` }))
    : null;
  return h("li", { "data-delivery": delivery.id },
    h("div", { class: "row-head" }, h("strong", {}, delivery.hook), delivery.type,
      delivery.state === "dead" ? null : badge(capital(delivery.state), DELIVERY_LEVELS[delivery.state]),
      h("span", { class: "end" }, when(delivery.settled_at ?? delivery.created_at))),
    h("p", { class: "quiet" }, [delivery.phone_number, count(delivery.attempts, "attempt", "attempts"), delivery.muted_by ? "muted" : null].filter(Boolean).join(", ")),
    told && delivery.state !== "delivered" ? h("p", { class: "problem-text" }, told) : null, replay);
}

function showHooks() {
  show($("hooks"), state.status.hooks, (each) => each.hook, (each) =>
    h("li", {}, h("div", { class: "row-head" }, h("strong", {}, each.hook), hookBadge(each),
      h("span", { class: "end" }, each.since ? when(each.since, "for") : null)),
    each.reason ? h("p", { class: "problem-text" }, each.reason) : null,
    each.pending ? h("p", { class: "quiet" }, count(each.pending, "delivery waits", "deliveries wait")) : null));
}

function hookBadge(hook) {
  if (hook.state === "broken") return badge("Broken", "bad");
  return hook.state === "resting" ? badge("Resting, as asked", "warn") : badge("Fine", "fine");
}

function showLinq() {
  const { linq } = state.status;
  show($("linq"), linq ? linqFacts(linq) : [["Linq's API", ["Not configured: webhooks are all that is known."]]], ([name]) => name,
    ([name, parts]) => h("div", {}, h("dt", {}, name), h("dd", {}, ...parts.map((part) => (part.badge ? badge(part.badge, part.level) : part.time ? when(part.time) : part)))));
}

function linqFacts(linq) {
  const { subscription } = linq;
  const facts = [["Lines compared", linq.reconciled_at ? [{ time: linq.reconciled_at }, `, ${count(linq.lines, "line", "lines")}`] : ["not yet"]]];
  if (linq.differences) facts.push(["Found to be otherwise", [count(linq.differences, "line", "lines")]]);
  if (linq.failure) facts.push(["Linq cannot be asked", [{ badge: "Failing", level: "warn" }, " since ", { time: linq.failure.since }, `: ${linq.failure.reason}`]]);
  if (!subscription) facts.push(["Webhook subscription", ["nobody has looked yet"]]);
  else if (subscription.ok) facts.push(["Webhook subscription", [{ badge: "Fine", level: "fine" }, ` ${subscription.target_url ?? ""}`]]);
  else if (subscription.problems.length) facts.push(["Webhook subscription", [{ badge: "Broken", level: "bad" }, ` ${subscription.problems.join("; ")}`]]);
  else facts.push(["Webhook subscription", [{ badge: "Not known", level: "none" }, " no delivery has told yet which one is ours"]]);
  return facts;
}

function showSilences() {
  show($("silences"), state.silences, (each) => each.id, (each) =>
    h("li", { "data-silence": each.id },
      h("div", { class: "row-head" }, h("strong", { class: "number" }, each.lines), each.severities.length ? each.severities.join(", ") : null,
        h("span", { class: "end" }, "ends ", when(each.ends_at))),
      h("p", { class: "quiet" }, `${each.author}: ${each.reason}`),
      h("div", { class: "buttons" }, button("unsilence", "End now", () => order("unsilence", { id: each.id, lines: each.lines }), { "aria-label": `End the silence of ${each.lines} now` }))));
}

function showAudit() {
  show($("audit"), state.audit, (each) => `${each.at} ${each.action} ${each.subject}`, (each) =>
    h("li", {}, h("div", { class: "row-head" }, h("strong", {}, each.author), each.action, h("span", { class: "end" }, when(each.at))),
      h("p", { class: "quiet" }, `${each.subject}: ${each.reason}`)));
}

// --- orders ----------------------------------------------------------------------------------------------------------

const SPANS = { "": "Until somebody resumes it", "30m": "30 minutes", "1h": "1 hour", "2h": "2 hours", "4h": "4 hours", "8h": "8 hours", "1d": "1 day", "7d": "7 days" };

/** What people may have done: the words, what is asked, and the request. */
const ORDERS = {
  pause: {
    title: ({ line }) => `Pause ${line}`, action: "Pause", fields: ["for", "reason", "by"], spans: Object.keys(SPANS),
    note: "Nothing is sent on this line, whatever evidence says, until it is resumed or the time is over.",
    path: ({ line }) => linePath(line, "pause"), done: ({ line }) => `${line} is paused.`,
  },
  resume: {
    title: ({ line }) => `Resume ${line}`, action: "Resume", fields: ["reason", "by"],
    note: "The line may send again, in spite of what is known of it, until the next change.",
    path: ({ line }) => linePath(line, "resume"), done: ({ line }) => `${line} may send.`,
  },
  silence: {
    title: ({ line }) => (line ? `Silence ${line}` : "Silence pages"), action: "Silence", fields: ["lines", "for", "reason", "by"],
    spans: Object.keys(SPANS).slice(1), note: "Nobody is paged about these lines. They are paused and resumed as ever.",
    path: () => "/v1/silences", done: ({ lines }) => `Nobody is paged about ${lines}.`,
  },
  unsilence: {
    title: () => "End a silence", action: "End it", fields: ["reason", "by"], note: "What is still open is paged then.",
    path: ({ id }) => `/v1/silences/${encodeURIComponent(id)}`, method: "DELETE", done: ({ lines }) => `Pages about ${lines} go out again.`,
  },
  replay: {
    title: () => "Send again", action: "Send again", fields: ["reason", "by"], note: "The delivery is tried again, as new.",
    path: ({ id }) => `/v1/deliveries/${encodeURIComponent(id)}/replay`, done: ({ about }) => `${about} is tried again.`,
  },
};

let ordered = null;

function order(kind, subject) {
  const form = ORDERS[kind];
  ordered = { kind, subject, opener: place(document.activeElement) };
  setText($("order-title"), form.title(subject));
  setText($("order-note"), form.note);
  setText($("order-submit"), form.action);
  setText($("order-problem"), "");
  for (const field of document.querySelectorAll("#order [data-field]")) {
    const used = form.fields.includes(field.dataset.field);
    field.hidden = !used;
    for (const control of field.querySelectorAll("input, select, textarea")) control.disabled = !used;
  }
  $("order-submit").disabled = false;
  $("order-lines").value = subject.line ?? "+*";
  $("order-reason").value = "";
  $("order-by").value = remembered(() => localStorage, "linewarden.by") ?? "";
  $("order-for").replaceChildren(...(form.spans ?? []).map((span) => h("option", { value: span, selected: span === "2h" && kind === "silence" }, SPANS[span])));
  $("order").showModal();
  (form.fields.includes("lines") && !subject.line ? $("order-lines") : $("order-reason")).focus();
}

async function carryOut(event) {
  event.preventDefault();
  const given = ordered;
  const { kind, subject } = given;
  const form = ORDERS[kind];
  const body = Object.fromEntries(form.fields.map((field) => [field, $(`order-${field}`).value.trim()]).filter(([, value]) => value));
  remember(() => localStorage, "linewarden.by", body.by);
  $("order-submit").disabled = true;
  setText($("order-problem"), "");
  try {
    await ask(form.path(subject), form.method ?? "POST", body);
    if (ordered === given) $("order").close();
    toast(form.done({ ...subject, ...body }));
  } catch (error) {
    const known = error instanceof Refused;
    const problem = known ? `${capital(error.message)}.` : "The daemon cannot be reached. It is not known whether that was done.";
    if (ordered === given && $("order").open) setText($("order-problem"), problem);
    else toast(problem);
  } finally {
    if (ordered === given) $("order-submit").disabled = false;
  }
  followClosely();
  refreshSoon();
}

let toastTimer = null;

function toast(text) {
  setText($("toast"), text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => setText($("toast"), ""), 6_000);
}

// --- the start -------------------------------------------------------------------------------------------------------

function more(name, grow) {
  $(name).addEventListener("click", () => {
    grow();
    refreshSoon();
  });
}

function start() {
  more("restricted-more", () => (state.restricted.shown = Math.min(state.restricted.shown + 20, SHOWN_AT_MOST)));
  more("incidents-more", () => (state.incidents = Math.min(state.incidents + 20, SHOWN_AT_MOST)));
  more("dead-more", () => (state.dead += 20));
  $("search").addEventListener("submit", search);
  $("number").addEventListener("input", () => search());
  $("lines-more").addEventListener("click", nextLines);
  $("silence-new").addEventListener("click", () => order("silence", {}));
  $("order-form").addEventListener("submit", carryOut);
  $("order-cancel").addEventListener("click", () => $("order").close());
  $("order").addEventListener("close", () => refocus(ordered.opener));
  $("line-close").addEventListener("click", () => $("line").close());
  $("line").addEventListener("close", closedLine);
  $("token-form").addEventListener("submit", takeToken);
  // Without a token there is nothing to go back to.
  $("token").addEventListener("cancel", (event) => event.preventDefault());
  $("token").addEventListener("close", () => state.token || $("token").showModal());
  $("forget").addEventListener("click", forgetToken);
  $("forget").hidden = !state.token;
  document.addEventListener("visibilitychange", () => document.hidden || refreshSoon());
  setInterval(tick, 1_000);
  setInterval(poll, 1_000);
  const named = /^#line=(\+\d+)$/.exec(decodeURIComponent(location.hash));
  if (named) openLine(named[1]);
  follow();
}

start();
