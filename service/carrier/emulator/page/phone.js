// One phone: its device, its thread and its keyboard.

import { count } from "./segments.js";
import { Thread } from "./thread.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const template = document.querySelector("#phone-template");

/** A phone on the page. `send` brings a text to the clinic, `putAway` takes the phone off the page. */
export class Phone {
  constructor(number, clinicNumber, { send, putAway }) {
    this.number = number;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.number = number;
    this.element.setAttribute("aria-label", `Phone ${spaced(number)}`);
    this.#find(".number").textContent = spaced(number);
    this.#find(".contact-number").textContent = spaced(clinicNumber);
    this.#find(".texts").setAttribute("aria-label", `Texts on ${spaced(number)}`);
    this.#find("textarea").setAttribute("aria-label", `Text from ${spaced(number)}`);
    this.#find(".put-away").addEventListener("click", () => putAway(this));
    this.thread = new Thread(this.#find(".texts"));
    this.send = send;
    this.#listenToKeyboard();
    this.tellTime();
  }

  /** Show a text, and what it does to the phone: STOP and START are seen at its top. */
  show(text) {
    if (text.opt_out_type === "STOP" || text.opt_out_type === "START") {
      this.setStopped(text.opt_out_type === "STOP");
    }
    this.thread.show(text);
  }

  setStopped(isStopped) {
    this.#find(".stopped").hidden = !isStopped;
  }

  tellTime() {
    this.#find(".clock").textContent = clock.format(new Date());
  }

  focus() {
    this.#find("textarea").focus();
  }

  #find(selector) {
    return this.element.querySelector(selector);
  }

  #listenToKeyboard() {
    const field = this.#find("textarea");
    field.addEventListener("input", () => this.#measure());
    field.addEventListener("keydown", (event) => {
      // isComposing: Enter that ends a composed character is not yet the wish to send.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#sendTyped();
      }
    });
    this.#find(".composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sendTyped();
    });
    for (const button of this.#find(".quick").children) {
      button.addEventListener("click", () => this.send(this.number, button.textContent));
    }
    this.#measure();
  }

  #sendTyped() {
    const field = this.#find("textarea");
    if (field.value.trim() === "") {
      return;
    }
    this.send(this.number, field.value);
    field.value = "";
    this.#measure();
    field.focus();
  }

  #measure() {
    const field = this.#find("textarea");
    const cost = count(field.value);
    const segments = cost.segments === 1 ? "1 segment" : `${cost.segments} segments`;
    this.#find(".counter").textContent = `${cost.units}/${cost.room} · ${cost.encoding} · ${segments}`;
    this.#find(".counter").dataset.encoding = cost.encoding;
    this.#find(".send").disabled = field.value.trim() === "";
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 120)}px`;
  }
}

// Country codes of one and two digits; all others have three (ITU-T E.164).
const PARTS = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d+)$/;

/** Space a number out so that it can be read: country code, then groups of three. */
export function spaced(number) {
  const [, country, rest] = number.match(PARTS) ?? [null, number.slice(1), ""];
  const groups = rest.length === 10 ? [rest.slice(0, 3), rest.slice(3, 6), rest.slice(6)] : rest.match(/\d{1,3}/g);
  return [`+${country}`, ...(groups ?? [])].join(" ");
}
