/* SPDX-License-Identifier: MIT */
/* The languages the bot speaks. */
#ifndef WORKER_CHAT_LANGUAGE_H
#define WORKER_CHAT_LANGUAGE_H

enum language { LANGUAGE_EN, LANGUAGE_RU, LANGUAGE_COUNT };

/* From Telegram's language_code ("ru", "ru-RU", "en", "de", "" or NULL); English is the default. */
enum language language_from_code(const char *code);

/* The code setMyCommands wants: "" for the default language, else two letters. */
const char *language_code(enum language language);

#endif
