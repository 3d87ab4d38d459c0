/* SPDX-License-Identifier: MIT */
/*
 * All commands that can be typed, one row each. /help, the menu that Telegram
 * shows beside the input line, and the parser walk the rows.
 *
 * To add a command: a row in commands.c, and a screen (screens.h) for it to
 * lead to; when it takes an argument, the function that reads it.
 */
#ifndef WORKER_CHAT_COMMANDS_H
#define WORKER_CHAT_COMMANDS_H

#include "worker/chat/target.h"
#include "worker/chat/texts.h"

#include <stdbool.h>
#include <stddef.h>

/* What a command's argument led to. */
enum command_reading {
    COMMAND_LEADS,       /* *out is where                                        */
    COMMAND_USAGE,       /* the argument is missing: show the row's usage text   */
    COMMAND_BAD_NAME,    /* the argument is no name: `err` says why              */
    COMMAND_BAD_CHAT,    /* its first word is no number of a chat                */
    COMMAND_BAD_LETTERS, /* what should be rights are other letters              */
    COMMAND_BAD_NOTE,    /* a note is too long                                   */
};

struct command {
    const char *name;      /* as typed, without the slash: [a-z0-9_]{1,32}          */
    const char *argument;  /* shown in help: "NAME", "[FILTER]", or ""               */
    enum text_id help;     /* one line                                              */
    bool admin_only;       /* refused to others and not listed for them             */
    enum screen_id screen; /* where it leads                                        */
    enum text_id usage;    /* shown when the argument is missing                    */
    enum command_reading (*read)(const char *argument, struct target *out, struct err *err);
};

/* command_rights.c */
enum command_reading read_allow(const char *argument, struct target *out, struct err *err);
enum command_reading read_deny(const char *argument, struct target *out, struct err *err);
enum command_reading read_grant(const char *argument, struct target *out, struct err *err);
enum command_reading read_revoke(const char *argument, struct target *out, struct err *err);
enum command_reading read_members(const char *argument, struct target *out, struct err *err);

/* In the order of /help. */
extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;

enum command_match {
    COMMAND_NONE,      /* the text is not a command                    */
    COMMAND_UNKNOWN,   /* a command, but none of ours                  */
    COMMAND_MATCHED,   /* *out_command and *out_argument are set       */
    COMMAND_OTHER_BOT, /* addressed to another bot: say nothing        */
};

/*
 * Reads "/name@bot argument". Case of the name is ignored, so are blanks before
 * the argument (Telegram itself cuts those at the end of a message). `bot` is
 * our user name, "" when it is not known: then any address is taken for ours.
 * Outputs borrow from `text` and from the table.
 */
enum command_match command_parse(const char *text, const char *bot,
                                 const struct command **out_command, const char **out_argument);

#endif
