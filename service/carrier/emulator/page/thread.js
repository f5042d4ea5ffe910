// The texts of one phone: a list that grows at the end and whose ticks change in place.
// Text is only ever set as text, never as markup.

const template = document.querySelector("#text-template");
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

/** A phone's thread in its list element. */
export class Thread {
  #list;
  #items = new Map();
  #lastDay = "";

  constructor(list) {
    this.#list = list;
  }

  /** Show a text: a new one at the end, a known one where it stands. */
  show(text) {
    const known = this.#items.get(text.sid);
    if (known) {
      describe(known, text);
      return;
    }
    const follows = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 80;
    this.#openDay(new Date(text.created_at));
    const item = template.content.firstElementChild.cloneNode(true);
    item.classList.add(text.direction === "inbound" ? "ours" : "theirs");
    item.classList.toggle("by-carrier", text.by_carrier);
    fillBubble(item.querySelector(".bubble"), text);
    describe(item, text);
    this.#items.set(text.sid, item);
    this.#list.append(item);
    if (follows || text.direction === "inbound") {
      this.#list.scrollTop = this.#list.scrollHeight;
    }
  }

  #openDay(date) {
    const day = date.toDateString() === new Date().toDateString() ? "Today" : calendar.format(date);
    if (day === this.#lastDay) {
      return;
    }
    this.#lastDay = day;
    const item = document.createElement("li");
    item.className = "day";
    item.textContent = day;
    this.#list.append(item);
  }
}

function fillBubble(bubble, text) {
  bubble.textContent = text.body;
  for (const address of text.media) {
    const picture = document.createElement("span");
    picture.className = "picture";
    picture.textContent = `Picture: ${address.split("/").pop()}`;
    bubble.append(picture);
  }
}

function describe(item, text) {
  const status = statusOf(text);
  item.dataset.status = status.mark;
  item.dataset.sid = text.sid;
  const time = item.querySelector("time");
  time.dateTime = text.created_at;
  time.textContent = clock.format(new Date(text.created_at));
  item.querySelector(".remarks").textContent = remarksOn(text).map((remark) => ` · ${remark}`).join("");
  item.querySelector(".status").textContent = status.words;
}

// What is out of the ordinary: who wrote it, and that it cost more than one plain segment.
function remarksOn(text) {
  return [
    text.by_carrier ? "from the carrier" : "",
    text.segments > 1 ? `${text.segments} segments` : "",
    text.encoding === "GSM-7" ? "" : text.encoding,
  ].filter(Boolean);
}

// What the clinic sent is told by its status, what the parent sent by how the webhook took it.
function statusOf(text) {
  if (text.direction !== "inbound") {
    return outboundStatus(text);
  }
  if (text.webhook_status === null) {
    return { mark: "sending", words: "sending" };
  }
  if (text.webhook_status === 0) {
    return { mark: "undelivered", words: "nobody answered" };
  }
  const wasTaken = text.webhook_status < 400;
  return wasTaken
    ? { mark: "delivered", words: "delivered" }
    : { mark: "undelivered", words: `refused (${text.webhook_status})` };
}

function outboundStatus(text) {
  // Failed before it was sent, or not taken by the phone's network: to whoever waits for it, the same.
  return ["failed", "undelivered"].includes(text.status)
    ? { mark: "undelivered", words: `not delivered (${text.error_code})` }
    : { mark: text.status, words: text.status };
}
