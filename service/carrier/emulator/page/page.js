// The page: which phones stand on it, and the stream that brings their texts.

import { Phone, spaced } from "./phone.js";

// More phones than this at once help nobody; further ones wait on the shelf.
const MOST_PHONES = 8;

const phones = new Map();
const shelved = new Map();
let clinicNumber = "";

const stage = document.querySelector("#phones");
const shelf = document.querySelector("#shelf");
const connection = document.querySelector("#connection");
const problem = document.querySelector("#add-problem");

// Everything that changes the page happens one after the other: a text that arrives while a phone is being
// opened is shown after the older ones, and never before.
let last = Promise.resolve();

function inOrder(task) {
  last = last.then(task, task);
  return last;
}

async function read(path) {
  const answer = await fetch(path);
  if (!answer.ok) {
    throw new Error(`${path} answered ${answer.status}`);
  }
  return answer.json();
}

async function send(number, body) {
  // What became of it arrives over the stream, like every other text.
  await fetch("/emulator/inbound", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ from: number, body }),
  });
}

async function open(number, { isStopped = false } = {}) {
  shelved.delete(number);
  const phone = new Phone(number, clinicNumber, { send, putAway });
  phones.set(number, phone);
  stage.append(phone.element);
  phone.setStopped(isStopped);
  tidy();
  await refresh(phone);
  return phone;
}

async function refresh(phone) {
  const texts = await read(`/emulator/messages?last=200&phone=${encodeURIComponent(phone.number)}`);
  for (const text of texts) {
    phone.show(text);
  }
}

function putAway(phone) {
  phone.element.remove();
  phones.delete(phone.number);
  shelved.set(phone.number, { unread: 0 });
  tidy();
}

async function arrive(text) {
  if (phones.has(text.phone)) {
    phones.get(text.phone).show(text);
  } else if (!shelved.has(text.phone) && phones.size < MOST_PHONES) {
    await open(text.phone);
  } else {
    noteUnread(text);
  }
}

function noteUnread(text) {
  const { unread } = shelved.get(text.phone) ?? { unread: 0 };
  shelved.set(text.phone, { unread: text.status === "delivered" ? unread + 1 : unread });
  tidy();
}

function tidy() {
  document.querySelector("#nobody").hidden = phones.size > 0;
  shelf.hidden = shelved.size === 0;
  shelf.replaceChildren(
    ...[...shelved].slice(0, 60).map(([number, { unread }]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = unread > 0 ? `${spaced(number)} · ${unread} new` : spaced(number);
      button.addEventListener("click", async () => (await inOrder(() => open(number))).focus());
      return button;
    }),
  );
}

async function readAll() {
  const account = await read("/emulator/account");
  clinicNumber = account.number;
  document.querySelector("#clinic-number").textContent = spaced(clinicNumber);
  for (const phone of phones.values()) {
    await refresh(phone);
  }
  const others = (await read("/emulator/phones")).filter(({ number }) => !phones.has(number));
  const room = shelved.size > 0 ? 0 : MOST_PHONES - phones.size;
  // The busiest come onto the page, in an order that a reload does not change.
  const chosen = others.slice(0, room).sort((one, other) => one.number.localeCompare(other.number));
  for (const { number, stopped } of chosen) {
    await open(number, { isStopped: stopped });
  }
  for (const { number } of others.slice(room)) {
    shelved.set(number, shelved.get(number) ?? { unread: 0 });
  }
  tidy();
}

function listen() {
  const stream = new EventSource("/emulator/live");
  // The stream is open before anything is read: what changes meanwhile comes after it, and is not missed.
  stream.addEventListener("ready", async () => {
    await inOrder(readAll);
    setConnection("live", "live");
  });
  stream.addEventListener("text", (event) => inOrder(() => arrive(JSON.parse(event.data))));
  stream.addEventListener("error", () => {
    setConnection("lost", "reconnecting");
    if (stream.readyState === EventSource.CLOSED) {
      // The browser has given up, as it does on an answer that is no stream.
      setTimeout(listen, 1000);
    }
  });
}

function setConnection(state, words) {
  connection.dataset.state = state;
  connection.textContent = words;
}

document.querySelector("#add-phone").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = event.target.elements.number;
  const number = field.value.replace(/[\s()./-]/g, "");
  if (!/^\+[1-9]\d{6,14}$/.test(number)) {
    problem.textContent = "A number starts with + and the country code.";
    return;
  }
  problem.textContent = "";
  field.value = "";
  const phone = await inOrder(() => phones.get(number) ?? open(number));
  phone.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  phone.focus();
});

setInterval(() => phones.forEach((phone) => phone.tellTime()), 10_000);
listen();
