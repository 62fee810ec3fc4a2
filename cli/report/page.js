"use strict";
// Draws the page from the data in #data (cli/report/json.h says what it holds). All of it is text of
// others: it reaches the document as text nodes and attributes only, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const ledger = data.ledger;
  const LEVEL_DOUBTFUL = 3;
  const ENDINGS = ["open", "succeeded", "failed", "unknown", "left"];
  const WAITS = ["something to be mended", "approval", "a decision", "paused"];
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);
  const narrow = window.matchMedia("(max-width: 860px)").matches;

  // ---- elements -------------------------------------------------------------------------------

  const put = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "on") {
        for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
      } else {
        element.setAttribute(name, value === true ? "" : String(value));
      }
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return element;
  };
  const h = (name, attributes, ...children) => put(document.createElement(name), attributes, children);
  const s = (name, attributes, ...children) =>
    put(document.createElementNS(SVG, name), attributes, children);
  // Text of any direction, kept from turning what stands around it.
  const bdi = (text, attributes) => h("bdi", attributes, text);
  const replace = (element, ...children) => {
    element.replaceChildren();
    put(element, null, children);
  };

  // ---- texts, numbers, times ------------------------------------------------------------------

  const texts = new Array(data.texts.length);
  const text = (number) =>
    texts[number] ?? (texts[number] = data.texts[number].map((word) => data.words[word]).join(" "));
  const plural = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many || one + "s"}`;
  const count = (n) => n.toLocaleString("en");
  const shorten = (words) =>
    words
      .replace(/\bocid1\.([a-z0-9]+)\.[a-z0-9._-]*?([a-z0-9]{6})(?![a-z0-9])/gi, "ocid1.$1…$2")
      .replace(/\bml-[0-9a-f]{12}-[0-9a-f]{12}-([a-z-]+-\d+)/g, "ml-…-$1");

  const iso = (ms) => new Date(ledger.begun + ms).toISOString();
  const clock = (ms) => iso(ms).replace("T", " ").slice(0, 19);
  const time = (ms) => h("time", { datetime: iso(ms) }, clock(ms));
  const duration = (ms) => {
    if (ms < 1000) return ms === 0 ? "0 s" : `${(ms / 1000).toFixed(1)} s`;
    const seconds = Math.round(ms / 1000);
    const parts = [
      [Math.floor(seconds / 86400), "d"],
      [Math.floor(seconds / 3600) % 24, "h"],
      [Math.floor(seconds / 60) % 60, "m"],
      [seconds % 60, "s"],
    ];
    const first = parts.findIndex(([n]) => n > 0);
    return parts
      .slice(first, first + 2)
      .filter(([n], i) => i === 0 || n > 0)
      .map(([n, unit]) => `${n} ${unit}`)
      .join(" ");
  };

  // ---- the data, unfolded ---------------------------------------------------------------------

  const events = (() => {
    const { p, t, m, k, x, c, s: runs } = data.events;
    const n = t.length;
    const position = new Float64Array(n);
    const at = new Float64Array(n);
    const session = new Uint32Array(n);
    let last = 0;
    let now = 0;
    for (let i = 0; i < n; ++i) {
      position[i] = last += p ? p[i] : 1;
      at[i] = now += t[i];
    }
    let i = 0;
    for (const [length, number] of runs) {
      session.fill(number, i, i + length);
      i += length;
    }
    return { n, position, at, session, stream: m, shape: k, text: x, cause: c };
  })();
  const kindOf = (i) => data.shapes[events.shape[i]][0];
  const stepOf = (i) => data.shapes[events.shape[i]][1];
  const levelOf = (i) => data.shapes[events.shape[i]][2];
  // The number of the event at that position; −1: it is not on this page.
  const eventAt = (position) => {
    let low = 0;
    let high = events.n;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (events.position[middle] < position) low = middle + 1;
      else high = middle;
    }
    return low < events.n && events.position[low] === position ? low : -1;
  };

  const migrations = data.migrations.map((m, index) => {
    const migration = {
      index, name: text(m[0]), workflow: text(m[1]), standing: data.standings[m[2]],
      from: m[3], to: m[3] + m[4], length: m[4], events: m[5], attempts: m[6], failures: m[7],
      reason: text(m[8]), need: text(m[9]), source: text(m[10]), target: text(m[11]),
      done: m[12], working: m[13], waiting: m[14], idle: m[15],
    };
    let at = migration.from;
    migration.stays = m[16].map(([step, gap, length, ending, first, attempts]) => {
      const from = at + gap;
      at = from + length;
      return {
        step, from, to: at, length, ending: ENDINGS[ending], first,
        attempts: attempts.map(([intent, outcome, how]) => ({
          intent: intent < 0 ? 0 : first + intent,
          outcome: outcome < 0 ? 0 : first + outcome,
          ending: ENDINGS[how],
        })),
      };
    });
    migration.waits = unfoldWaits(m[17]);
    migration.resources = m[18].map(([noun, id, step, fate, origin, made, removed]) => ({
      migration, noun: text(noun), id: text(id), step, fate: text(fate), origin: text(origin), made, removed,
    }));
    return migration;
  });
  function unfoldWaits(waits) {
    return waits.map(([kind, step, from, length, first, last, reason, need]) => ({
      kind: WAITS[kind], step, from, to: from + length, length, first, last,
      reason: text(reason), need: text(need),
    }));
  }
  const holds = unfoldWaits(data.holds);
  const sessions = data.sessions.map((session) => ({
    position: session[0], last: session[1], from: session[2], to: session[2] + session[3],
    length: session[3], closed: session[4] === 1, code: session[5], who: text(session[6]),
    version: text(session[7]), command: text(session[8]), as: text(session[9]), events: session[10],
    reason: text(session[11]),
  }));
  const notes = data.notes.map(([position, at, kind, words]) =>
    ({ position, at, kind: text(kind), words: text(words) }));
  const approvals = data.approvals.map(([position, at, name, kind, what, by, how, reason]) => ({
    position, at, name: text(name), kind: text(kind), what: text(what), by: text(by), how: text(how),
    reason: text(reason),
  }));
  // When anybody ran migledger: disjoint, in order.
  const running = [];
  for (const { from, to } of sessions) {
    const last = running[running.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else running.push([from, to]);
  }
  const idleWithin = (from, to) => {
    const gaps = [];
    let at = from;
    for (const [begin, end] of running) {
      if (end <= at) continue;
      if (begin >= to) break;
      if (begin > at) gaps.push([at, begin]);
      at = Math.max(at, end);
    }
    if (at < to) gaps.push([at, to]);
    return gaps;
  };

  const stepName = (step) => data.steps[step] || "";
  const stepTitle = (step) => data.titles[step] || data.steps[step] || "";
  const pill = ([words, kind]) => h("span", { class: `pill ${kind}` }, words);
  const numbered = (position, words) =>
    eventAt(position) < 0
      ? h("span", {}, words || `#${position}`)
      : h("button", { type: "button", class: "link", on: { click: () => showEvent(position) } },
          words || `#${position}`);

  // ---- pages of long lists --------------------------------------------------------------------

  // Shows `size` of the items at a time. `draw(items)` draws those of the page.
  const paged = (pagerId, size, draw) => {
    const pager = byId(pagerId);
    let items = [];
    let page = 0;
    const pages = () => Math.max(1, Math.ceil(items.length / size));
    const go = (to, focus) => {
      page = Math.min(Math.max(to, 0), pages() - 1);
      draw(items.slice(page * size, (page + 1) * size), page * size);
      if (items.length <= size) return replace(pager);
      const button = (words, target, label) =>
        h("button", { type: "button", "aria-label": label, "data-go": label,
                      disabled: target < 0 || target >= pages() || target === page,
                      on: { click: () => go(target, label) } }, words);
      const first = page * size;
      replace(pager,
        h("span", {}, `${count(first + 1)}–${count(Math.min(first + size, items.length))} of ${count(items.length)}`),
        button("«", 0, "First page"), button("‹", page - 1, "Previous page"),
        button("›", page + 1, "Next page"), button("»", pages() - 1, "Last page"));
      if (focus) {
        const again = pager.querySelector(`[data-go="${focus}"]`);
        (again && !again.disabled ? again : pager.querySelector("button:not(:disabled)"))?.focus();
      }
    };
    return {
      set(next, keep) { items = next; go(keep ? page : 0); },
      show(index) { go(Math.floor(index / size)); },
      redraw() { go(page); },
    };
  };

  // A table whose rows become blocks on narrow screens; the roles keep it a table there, too.
  const table = (caption, columns, rows) =>
    h("table", { class: "blocks", role: "table", "aria-label": caption },
      h("thead", { role: "rowgroup" },
        h("tr", { role: "row" },
          columns.map((column) =>
            h("th", { role: "columnheader", scope: "col", class: column.class }, column.name)))),
      h("tbody", { role: "rowgroup" }, rows));
  const row = (columns, cells, attributes) =>
    h("tr", { role: "row", ...attributes },
      cells.map((cell, i) =>
        h("td", { role: "cell", class: columns[i].class, "data-label": columns[i].label,
                  "data-none": cell === "–" }, cell)));
  const none = (words) => h("p", { class: "empty" }, words);

  // Calls `work` a moment after the last change, so that typing stays smooth.
  const onInput = (form, work) => {
    let timer = 0;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(work, 120);
    };
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", later);
    form.addEventListener("reset", later);
  };
  const options = (select, all, values) =>
    replace(select, h("option", { value: "" }, all),
            values.map(([value, words]) => h("option", { value }, words || value)));
  const tally = (values) => {
    const counts = new Map();
    for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
    return [...counts].map(([value, n]) => [value, `${value} (${count(n)})`]);
  };
  const contains = (whole, part) => whole.toLowerCase().includes(part);

  // ---- summary --------------------------------------------------------------------------------

  const drawSummary = () => {
    const standings = new Map();
    for (const m of migrations) {
      const [words, kind] = m.standing;
      standings.set(words, { kind, n: (standings.get(words)?.n || 0) + 1 });
    }
    const sum = (of) => migrations.reduce((all, m) => all + of(m), 0);
    const made = sum((m) => m.resources.length);
    const removed = sum((m) => m.resources.filter((r) => r.fate === "removed").length);
    const failures = sum((m) => m.failures);
    const card = (name, value, note, kind) =>
      h("div", { class: kind }, h("dt", {}, name),
        h("dd", {}, value, note ? h("span", { class: "note" }, note) : null));
    replace(byId("cards"),
      card("Migrations", count(migrations.length), ledger.whole ? null : "picked from the ledger"),
      [...standings].sort((a, b) => b[1].n - a[1].n).map(([words, { kind, n }]) =>
        card(words[0].toUpperCase() + words.slice(1), count(n), `of ${count(migrations.length)}`, kind)),
      card("Elapsed", duration(ledger.length),
           `${duration(sum((m) => m.waiting))} of waiting for a person, all together`),
      card("Requests", count(sum((m) => m.attempts)),
           failures === 0 ? "none failed" : `${count(failures)} failed or unclear at first`),
      card("Resources", count(made), removed === 0 ? "none removed" : `${count(removed)} removed since`));
    const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, ...value));
    const long = (name, ...value) => h("div", { class: "long" }, h("dt", {}, name), h("dd", {}, ...value));
    const people = [...new Set(sessions.map((session) => session.who))];
    const routes = [...new Set(migrations.map((m) => m.source && m.target ? `${m.source} → ${m.target}` : ""))]
      .filter(Boolean);
    replace(byId("facts"),
      fact("Cloud", ledger.simulated ? "simulated (rehearsal)" : ledger.cloud),
      long("Tenancy", ledger.tenancy ? h("span", { class: "id" }, ledger.tenancy) : "not recorded"),
      fact("From", time(0), " UTC"),
      fact("Until", time(ledger.length), " UTC", ledger.head ? "" : " (there are later events)"),
      fact("By", people.length === 0 ? "nobody yet" : [
        people.slice(0, 4).map((who, i) => [i ? ", " : "", bdi(who)]),
        people.length > 4 ? ` and ${people.length - 4} more` : "",
        ` (${plural(sessions.length, "session")})`]),
      fact("Route", routes.length === 0 ? "none" : routes.slice(0, 3).join(", ") +
        (routes.length > 3 ? ` and ${routes.length - 3} more` : "")),
      fact("Events", `${count(ledger.events)} shown, up to #${ledger.position}`),
      notes.filter((note) => note.kind === "restored" || note.kind === "forked").slice(-3)
        .map((note) => long(note.kind === "forked" ? "Forked" : "Restored", numbered(note.position), " ",
                            bdi(note.words))),
      ledger.unknown ? fact("Newer kinds", `${plural(ledger.unknown, "event")} written by a newer version, not understood here`) : null,
      ledger.tails ? fact("Torn ends", `cut off ${plural(ledger.tails, "time")}; see the events of kind tailDropped`) : null);
    byId("scope").textContent =
      (ledger.whole ? "all migrations" : plural(migrations.length, "migration")) +
      `, up to event #${ledger.position}`;
  };

  // ---- what needs attention -------------------------------------------------------------------

  const drawAttention = () => {
    const stopped = migrations.filter((m) => m.standing[1] === "wait" || m.standing[1] === "bad");
    byId("attention").hidden = byId("to-attention").hidden = stopped.length === 0;
    if (stopped.length === 0) return;
    stopped.sort((a, b) => (a.standing[1] === "bad" ? 0 : 1) - (b.standing[1] === "bad" ? 0 : 1));
    paged("attention-pager", 20, (items) =>
      replace(byId("attention-list"), items.map((m) => {
        const stay = m.stays[m.stays.length - 1];
        return h("div", { class: `attention ${m.standing[1]}` },
          h("p", { class: "who" }, bdi(m.name), pill(m.standing),
            stay ? h("span", { class: "kind" }, `at ${stepName(stay.step)}`) : null),
          m.reason ? h("p", {}, bdi(shorten(m.reason))) : null,
          m.need ? h("p", { class: "need" }, "To do: ", bdi(shorten(m.need))) : null);
      }))).set(stopped);
  };

  // ---- bars -----------------------------------------------------------------------------------

  // Places are shares of the bar's width, so that it can be resized; what is short is drawn as wide
  // as it must be to be seen, `least` pixels.
  const bar = (from, to, label, draw, slim) => {
    const room = Math.max(120, byId("bars").clientWidth * (slim ? 0.34 : 0.78));
    const share = (t) => Math.min(100, Math.max(0, ((t - from) / Math.max(1, to - from)) * 100));
    const image = s("svg", { class: slim ? "bar slim" : "bar", role: "img", "aria-label": label });
    const rect = (kind, begin, end, y, height, least, title) => {
      const width = Math.max(share(end) - share(begin), (least / room) * 100);
      const left = Math.min(share(begin), 100 - width);
      image.append(s("rect", { class: kind, x: `${left.toFixed(3)}%`, y: `${y}%`,
                               width: `${width.toFixed(3)}%`, height: `${height}%` },
                     title ? s("title", {}, title) : null));
    };
    draw(rect);
    return image;
  };
  const attemptTimes = (attempt) => {
    const intent = attempt.intent ? eventAt(attempt.intent) : -1;
    const outcome = attempt.outcome ? eventAt(attempt.outcome) : -1;
    const from = intent >= 0 ? events.at[intent] : outcome >= 0 ? events.at[outcome] : 0;
    return [from, outcome >= 0 ? events.at[outcome] : intent >= 0 ? ledger.length : 0];
  };
  const troubled = (attempt) => attempt.ending === "failed" || attempt.ending === "unknown";
  const waitWords = (wait) =>
    `${wait.kind === "paused" ? "" : "for "}${wait.kind}, ${duration(wait.length)}` +
    (wait.reason ? `: ${wait.reason}` : "");

  const drawWaits = (rect, m, from, to) => {
    for (const wait of [...m.waits, ...holds])
      if (wait.to >= from && wait.from <= to)
        rect("s-wait", Math.max(wait.from, from), Math.min(wait.to, to), 0, 100, 2, waitWords(wait));
  };
  const overviewBar = (m, from, to) => {
    const label = `${m.name}: ${m.standing[0]}, ${duration(m.length)}, ${plural(m.stays.length, "step")}, ` +
      `${plural(m.failures, "failure")}`;
    return bar(from, to, label, (rect) => {
      for (const [begin, end] of idleWithin(m.from, m.to)) rect("s-idle", begin, end, 0, 100, 0);
      // Steps that are wide enough to be told apart change their shade.
      let odd = true;
      for (const stay of m.stays) {
        if (stay.length > (to - from) / 250) odd = !odd;
        rect(`s-${stay.ending}${odd ? " odd" : ""}`, stay.from, stay.to, 0, 100, 1,
             `${stepTitle(stay.step)} (${stepName(stay.step)}): ${stay.ending}, ${duration(stay.length)}`);
      }
      drawWaits(rect, m, m.from, m.to);
      for (const stay of m.stays)
        for (const attempt of stay.attempts)
          if (troubled(attempt)) {
            const at = attemptTimes(attempt)[1];
            rect("s-tick", at, at, 0, 100, 2, `${stepName(stay.step)}: ${attempt.ending}`);
          }
    });
  };

  const LOOKS = new Set(["observed", "readFailed", "probed", "checked", "bulkEnded"]);
  const stayBar = (m, stay, own) => {
    const label = `${stepTitle(stay.step)}: ${stay.ending}, ${duration(stay.length)}, ` +
      plural(stay.attempts.length, "attempt");
    return bar(m.from, m.to, label, (rect) => {
      rect(`s-${stay.ending}`, stay.from, stay.to, 0, 100, 2, label);
      for (const [begin, end] of idleWithin(stay.from, stay.to)) rect("s-idle", begin, end, 0, 100, 0);
      for (const wait of [...m.waits, ...holds])
        if (wait.to > stay.from && wait.from < stay.to)
          rect("s-wait", Math.max(wait.from, stay.from), Math.min(wait.to, stay.to), 0, 100, 2, waitWords(wait));
      for (const i of own) {
        if (events.at[i] < stay.from || events.at[i] > stay.to || stepOf(i) !== stay.step) continue;
        if (!LOOKS.has(data.kinds[kindOf(i)])) continue;
        const bad = levelOf(i) >= LEVEL_DOUBTFUL;
        rect(bad ? "m-trouble" : "m-seen", events.at[i], events.at[i], bad ? 50 : 65, bad ? 50 : 35, 1.5,
             shorten(text(events.text[i])));
      }
      for (const attempt of stay.attempts) {
        const [begin, end] = attemptTimes(attempt);
        rect(`a-${attempt.ending}`, begin, end, 12, 34, 3,
             `request ${attempt.ending}${attempt.intent ? ` (#${attempt.intent})` : ""}`);
      }
    }, true);
  };

  // ---- timeline -------------------------------------------------------------------------------

  const STAYS = [
    { name: "Step" }, { name: "When", class: "chart-cell" },
    { name: "Began (UTC)", class: "time inline", label: "began" },
    { name: "Took", class: "num inline", label: "took" },
    { name: "Requests", class: "num inline", label: "requests" },
    { name: "Ended", class: "short inline", label: "ended" },
  ];
  const ownEvents = (m) => {
    const own = [];
    for (let i = 0; i < events.n; ++i) if (events.stream[i] === m.index + 1) own.push(i);
    return own;
  };
  const KINDS_OF_ENDING = { succeeded: "good", failed: "bad", open: "run", left: "off", unknown: "wait" };
  const detail = (m) => {
    const own = ownEvents(m);
    const fact = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
    return h("div", { class: "detail" },
      h("dl", { class: "facts" },
        fact("Workflow", m.workflow),
        fact("Route", m.source && m.target ? `${m.source} → ${m.target}` : "none"),
        fact("Steps done", count(m.done)),
        fact("Working", duration(m.working)),
        fact("Waiting", duration(m.waiting)),
        fact("Nobody ran", duration(m.idle)),
        fact("Requests", `${count(m.attempts)}, ${count(m.failures)} failed or unclear`),
        fact("Events", h("button", { type: "button", class: "link",
                                     on: { click: () => filterEvents({ name: m.name }) } },
                         `show all ${count(m.events)}`))),
      m.reason ? h("p", {}, bdi(shorten(m.reason))) : null,
      m.need ? h("p", {}, "To do: ", bdi(shorten(m.need))) : null,
      m.waits.length === 0 ? null : h("p", {}, h("strong", {}, "Waited "),
        m.waits.map((wait, i) => [i ? "; " : "", numbered(wait.first, waitWords({ ...wait, reason: "" })),
                                  wait.reason ? [" ", bdi(`(${shorten(wait.reason)})`)] : ""])),
      table(`Steps of ${m.name}`, STAYS, m.stays.map((stay) =>
        row(STAYS, [
          [stepTitle(stay.step), h("div", { class: "sub" }, numbered(stay.first, stepName(stay.step)))],
          stayBar(m, stay, own),
          time(stay.from),
          duration(stay.length),
          stay.attempts.length === 0 ? "–" :
            `${count(stay.attempts.length)}${stay.attempts.some(troubled) ? `, ${count(stay.attempts.filter(troubled).length)} failed` : ""}`,
          pill([stay.ending === "succeeded" ? "done" : stay.ending, KINDS_OF_ENDING[stay.ending]]),
        ]))));
  };

  const timeline = (() => {
    const from = migrations.reduce((least, m) => Math.min(least, m.from), ledger.length);
    const to = Math.max(migrations.reduce((most, m) => Math.max(most, m.to), 0), from + 1);
    const open = new Set(migrations.length === 1 ? [0] : []);
    const bars = byId("bars");

    const ticks = () => {
      const steps = [1, 2, 5, 10, 15, 30].map((n) => n * 1e3)
        .concat([1, 2, 5, 10, 15, 30].map((n) => n * 6e4), [1, 2, 3, 6, 12].map((n) => n * 36e5),
                [1, 2, 7, 14, 30, 90, 365].map((n) => n * 864e5));
      const most = Math.max(2, Math.floor(byId("axis").clientWidth / 105));
      const step = steps.find((n) => (to - from) / n <= most) || (to - from) / most;
      const list = [];
      const begin = Math.ceil((ledger.begun + from) / step) * step - ledger.begun;
      // One at the very end would have no room for its words.
      for (let t = begin; t < to - step / 3; t += step) list.push(t);
      let day = "";
      replace(byId("axis"), list.map((t) => {
        const [date, hours] = iso(t).split("T");
        const words = step >= 864e5 ? date
          : (date === day ? "" : date.slice(5) + " ") + hours.slice(0, step < 6e4 ? 8 : 5);
        day = date;
        const tick = h("span", {}, words);
        tick.style.left = `${((t - from) / (to - from)) * 100}%`;
        return tick;
      }), notes.filter(({ at }) => at > from - 1000 && at < to + 1000).slice(-200).map(({ at, words }) => {
        // Times are in milliseconds, so an end may come out a little before what ended it.
        const mark = h("span", { class: "mark", title: words });
        const part = Math.min(Math.max((at - from) / (to - from), 0), 1);
        mark.style.left = `min(${part * 100}%, calc(100% - 2px))`;
        return mark;
      }));
    };
    const draw = (items) => {
      ticks();
      if (items.length === 0) return replace(bars, none("No migration fits."));
      replace(bars, items.map((m) => {
        const id = `migration-${m.index}`;
        const item = h("div", { class: "row", role: "listitem" });
        const button = h("button", { type: "button", "aria-expanded": open.has(m.index), "aria-controls": id,
          on: { click: () => {
            if (open.has(m.index)) open.delete(m.index); else open.add(m.index);
            toggle();
          } } }, bdi(m.name, { title: m.name }));
        const toggle = () => {
          button.setAttribute("aria-expanded", open.has(m.index));
          item.querySelector(".detail")?.remove();
          if (open.has(m.index)) item.append(put(detail(m), { id }, []));
        };
        item.append(h("div", { class: "row-head" },
          h("div", { class: "row-name" }, button, pill(m.standing)), overviewBar(m, from, to)));
        toggle();
        return item;
      }));
    };
    const pages = paged("timeline-pager", 50, draw);
    const form = byId("timeline-filters");
    const orders = {
      start: (a, b) => a.index - b.index,
      longest: (a, b) => b.length - a.length,
      failures: (a, b) => b.failures - a.failures,
      name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    };
    const filter = () => {
      const name = form.elements.name.value.trim().toLowerCase();
      const standing = form.elements.standing.value;
      const chosen = migrations
        .filter((m) => contains(m.name, name) && (!standing || m.standing[0] === standing))
        .sort(orders[form.elements.order.value] || orders.start);
      byId("timeline-count").textContent = `${count(chosen.length)} of ${plural(migrations.length, "migration")}`;
      pages.set(chosen);
    };
    return {
      begin() {
        options(form.elements.standing, "any", tally(migrations.map((m) => m.standing[0])));
        onInput(form, filter);
        let width = window.innerWidth;
        window.addEventListener("resize", () => {
          if (window.innerWidth === width) return;
          width = window.innerWidth;
          ticks();
        });
        filter();
      },
    };
  })();

  // ---- time by step ---------------------------------------------------------------------------

  const COSTS = [
    { name: "Step" }, { name: "How the time was spent", class: "chart-cell" },
    { name: "Together", class: "num inline", label: "together" },
    { name: "Waiting", class: "num inline", label: "waiting" },
    { name: "Nobody ran", class: "num inline", label: "nobody ran" },
    { name: "Median", class: "num inline", label: "median" },
    { name: "Longest", class: "num inline", label: "longest" },
    { name: "Migrations", class: "num inline", label: "migrations" },
    { name: "Requests", class: "num inline", label: "requests" },
    { name: "Failed", class: "num inline", label: "failed" },
  ];
  const drawCosts = () => {
    if (data.costs.length === 0) return replace(byId("costs"), none("No step has begun."));
    const most = Math.max(1, ...data.costs.map((cost) => cost[7]));
    const several = new Set(data.costs.map((cost) => cost[0])).size > 1;
    replace(byId("costs"), table("Time by step", COSTS, data.costs.map((cost) => {
      const [workflow, step, moved, , attempts, failures, dead, all, working, waiting, idle, median, longest, slowest] = cost;
      const stack = h("div", { class: "stack", role: "img",
        "aria-label": `working ${duration(working)}, waiting ${duration(waiting)}, nobody ran ${duration(idle)}` });
      for (const [kind, part] of [["work", working], ["wait", waiting], ["idle", idle]]) {
        const piece = h("i", { class: `p-${kind}` });
        piece.style.width = `${(part / most) * 100}%`;
        stack.append(piece);
      }
      const slow = migrations[slowest - 1];
      return row(COSTS, [
        [stepTitle(step), h("div", { class: "sub" }, (several ? `${text(workflow)}: ` : "") + stepName(step))],
        stack, duration(all), waiting ? duration(waiting) : "–", idle ? duration(idle) : "–",
        duration(median), h("span", { title: slow ? slow.name : "" }, duration(longest)), count(moved),
        attempts ? count(attempts) : "–", failures + dead ? count(failures + dead) : "–",
      ]);
    })));
  };

  // ---- resources ------------------------------------------------------------------------------

  const RESOURCES = [
    { name: "Migration", class: "inline" }, { name: "What", class: "inline" }, { name: "Id" },
    { name: "How", class: "inline" }, { name: "Became", class: "inline" },
    { name: "Made", class: "num inline", label: "made" },
    { name: "Removed", class: "num inline", label: "removed" },
  ];
  const drawResources = () => {
    const all = migrations.flatMap((m) => m.resources);
    const kinds = { there: "good", removed: "off", "failed later": "bad", "being removed": "wait" };
    const pages = paged("resource-pager", narrow ? 20 : 50, (items) =>
      replace(byId("resource-table"), items.length === 0
        ? none(all.length === 0 ? "Nothing was created." : "No resource fits.")
        : table("Resources", RESOURCES, items.map((r) => row(RESOURCES, [
            bdi(r.migration.name), r.noun, h("span", { class: "id" }, bdi(r.id)), r.origin,
            pill([r.fate, kinds[r.fate] || "off"]), numbered(r.made),
            r.removed ? numbered(r.removed) : "–",
          ])))));
    const form = byId("resource-filters");
    options(form.elements.noun, "anything", tally(all.map((r) => r.noun)));
    options(form.elements.fate, "anything", tally(all.map((r) => r.fate)));
    const filter = () => {
      const { name, noun, fate } = form.elements;
      const part = name.value.trim().toLowerCase();
      const chosen = all.filter((r) => contains(r.migration.name, part) &&
        (!noun.value || r.noun === noun.value) && (!fate.value || r.fate === fate.value));
      byId("resource-count").textContent = `${count(chosen.length)} of ${plural(all.length, "resource")}`;
      pages.set(chosen);
    };
    onInput(form, filter);
    filter();
  };

  // ---- events ---------------------------------------------------------------------------------

  const EVENTS = [
    { name: "#", class: "num inline" }, { name: "Time (UTC)", class: "time inline" },
    { name: "Migration", class: "inline" }, { name: "Step", class: "short inline" },
    { name: "Type", class: "kind inline" }, { name: "What happened", class: "what" },
  ];
  const nameOf = (i) => (events.stream[i] === 0 ? "" : migrations[events.stream[i] - 1].name);
  const eventDetail = (i) => {
    const session = sessions[events.session[i] - 1];
    const cause = events.cause[i] ? events.position[i] - events.cause[i] : 0;
    const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, ...value));
    const cell = h("td", { role: "cell", colspan: EVENTS.length },
      h("p", {}, bdi(text(events.text[i]))),
      h("dl", { class: "facts" },
        fact("Time", h("time", { datetime: iso(events.at[i]) }, iso(events.at[i]))),
        fact("Session", session ? [numbered(session.position), " ", bdi(session.who)] : "none"),
        fact("Reacts to", cause ? numbered(cause) : "none")));
    return h("tr", { role: "row", class: "more" }, cell);
  };
  const eventRow = (i, found) => {
    const line = row(EVENTS, [
      h("button", { type: "button", class: "link", "aria-expanded": false,
        on: { click: (event) => {
          const more = line.nextElementSibling?.classList.contains("more") ? line.nextElementSibling : null;
          event.currentTarget.setAttribute("aria-expanded", !more);
          if (more) more.remove(); else line.after(eventDetail(i));
        } } }, `#${events.position[i]}`),
      time(events.at[i]),
      events.stream[i] === 0 ? "" : bdi(nameOf(i)),
      stepName(stepOf(i)), data.kinds[kindOf(i)], bdi(shorten(text(events.text[i]))),
    ], { class: `level-${levelOf(i)}${found === i ? " found" : ""}`, "data-event": events.position[i] });
    return line;
  };
  const eventForm = byId("event-filters");
  let found = -1;
  let chosen = [];
  const eventPages = paged("event-pager", narrow ? 40 : 100, (items) =>
    replace(byId("event-table"), items.length === 0 ? none("No event fits.")
      : table("Events", EVENTS, items.map((i) => eventRow(i, found)))));
  const applyEventFilter = () => {
    const { name, kind, text: words, errors } = eventForm.elements;
    const part = name.value.trim().toLowerCase();
    const exact = migrations.some((m) => m.name.toLowerCase() === part);
    const streams = migrations.map((m) => (exact ? m.name.toLowerCase() === part : contains(m.name, part)));
    const sought = words.value.trim().toLowerCase();
    // Each text, name and step is looked at once, not each event.
    const textFits = sought ? data.texts.map((_, i) => contains(text(i), sought)) : null;
    const nameFits = sought ? migrations.map((m) => contains(m.name, sought)) : null;
    const shapeFits = data.shapes.map(([k, step, level]) =>
      (!kind.value || data.kinds[k] === kind.value) && (!errors.checked || level >= LEVEL_DOUBTFUL));
    const stepFits = sought ? data.shapes.map(([, step]) => contains(stepName(step), sought)) : null;
    chosen = [];
    for (let i = 0; i < events.n; ++i) {
      const shape = events.shape[i];
      const stream = events.stream[i];
      if (!shapeFits[shape]) continue;
      if (part && (stream === 0 || !streams[stream - 1])) continue;
      if (sought && !textFits[events.text[i]] && !stepFits[shape] &&
          !(stream > 0 && nameFits[stream - 1]) && sought !== `#${events.position[i]}`) continue;
      chosen.push(i);
    }
    byId("event-count").textContent = `${count(chosen.length)} of ${plural(events.n, "event")}`;
  };
  const filterEvents = (values) => {
    const fields = eventForm.elements;
    fields.name.value = values.name || "";
    fields.kind.value = fields.text.value = "";
    fields.errors.checked = false;
    found = -1;
    applyEventFilter();
    eventPages.set(chosen);
    byId("events").scrollIntoView({ block: "start" });
  };
  const showEvent = (position) => {
    const i = eventAt(position);
    if (i < 0) return;
    filterEvents({});
    found = i;
    eventPages.show(chosen.indexOf(i));
    const line = document.querySelector(`[data-event="${position}"]`);
    line?.scrollIntoView({ block: "center" });
    line?.querySelector("button")?.focus({ preventScroll: true });
  };
  const drawEvents = () => {
    const counts = new Array(data.kinds.length).fill(0);
    for (let i = 0; i < events.n; ++i) ++counts[kindOf(i)];
    options(eventForm.elements.kind, "any",
            data.kinds.map((kind, k) => [kind, `${kind} (${count(counts[k])})`])
              .sort((a, b) => (a[0] < b[0] ? -1 : 1)));
    replace(byId("names"), migrations.slice(0, 2000).map((m) => h("option", { value: m.name })));
    const filter = () => {
      found = -1;
      applyEventFilter();
      eventPages.set(chosen);
    };
    onInput(eventForm, filter);
    filter();
  };

  // ---- approvals ------------------------------------------------------------------------------

  const APPROVALS = [
    { name: "#", class: "num inline" }, { name: "When (UTC)", class: "time inline" },
    { name: "Migration", class: "inline" }, { name: "Kind", class: "inline" }, { name: "What", class: "what" },
    { name: "By", class: "person", label: "by" }, { name: "How", label: "how" }, { name: "Why", label: "why" },
  ];
  const drawApprovals = () => {
    byId("approvals").hidden = byId("to-approvals").hidden = approvals.length === 0;
    paged("approval-pager", 50, (items) =>
      replace(byId("approval-table"), table("Approvals", APPROVALS, items.map((one) => row(APPROVALS, [
        numbered(one.position), time(one.at), bdi(one.name), one.kind, bdi(one.what), bdi(one.by), bdi(one.how),
        one.reason ? bdi(one.reason) : ""]))))).set(approvals);
  };

  // ---- sessions -------------------------------------------------------------------------------

  const SESSIONS = [
    { name: "#", class: "num inline" }, { name: "Opened (UTC)", class: "time inline" },
    { name: "Lasted", class: "num inline", label: "lasted" }, { name: "Who", class: "person inline" },
    { name: "As", class: "person inline", label: "as" }, { name: "Version", class: "inline", label: "version" },
    { name: "Ended", class: "inline" }, { name: "Command" },
  ];
  const NOTES = [
    { name: "#", class: "num inline" }, { name: "When (UTC)", class: "time inline" }, { name: "What", class: "what" },
  ];
  const drawSessions = () => {
    paged("session-pager", 50, (items) =>
      replace(byId("session-table"), items.length === 0 ? none("Nobody has run it yet.")
        : table("Sessions", SESSIONS, items.map((session) => row(SESSIONS, [
            numbered(session.position), time(session.from), duration(session.length), bdi(session.who),
            bdi(session.as), session.version,
            session.closed ? [pill([`exit code ${session.code}`, session.code === 0 ? "good" : "wait"]),
                              session.reason ? [" ", bdi(session.reason)] : ""]
                           : pill([ledger.head ? "cut off, or still running" : "not closed by then", "off"]),
            h("code", { class: "id" }, bdi(session.command)),
          ]))))).set(sessions);
    byId("notes").hidden = notes.length === 0;
    paged("note-pager", 50, (items) =>
      replace(byId("note-table"), table("The ledger itself", NOTES, items.map((note) => row(NOTES, [
        numbered(note.position), time(note.at), bdi(note.words)]))))).set(notes);
  };

  // ---- colours --------------------------------------------------------------------------------

  const themes = [["", "Auto", "as the system has them"], ["light", "Light", "light"], ["dark", "Dark", "dark"]];
  let theme = 0;
  byId("theme").addEventListener("click", () => {
    theme = (theme + 1) % themes.length;
    const [value, name, words] = themes[theme];
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
    byId("theme-name").textContent = name;
    byId("theme").setAttribute("aria-label", `Colours: ${words}`);
  });

  drawSummary();
  drawAttention();
  timeline.begin();
  drawCosts();
  drawResources();
  drawEvents();
  drawApprovals();
  drawSessions();
  document.documentElement.dataset.ready = "yes";
})();
