/* SPDX-License-Identifier: MIT */
/* Any text as a message: what is found stays inside it, and leads to a target that can be kept. */
#include "shared/base/utf8.h"
#include "worker/chat/commands.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_target(const struct target *target)
{
    struct target again;
    struct err err = ERR_INIT;
    struct buf text;

    buf_init(&text, sizeof(*target));
    target_print(target, &text);
    assert(buf_ok(&text));
    assert(target_parse(buf_text(&text), &again, &err));
    assert(again.screen == target->screen && again.page == target->page);
    assert(again.act == target->act && again.change == target->change);
    assert(strcmp(again.name, target->name) == 0 && strcmp(again.text, target->text) == 0);
    buf_free(&text);
}

/* Updates are UTF-8 when they get here: a filter that is not could not be kept. */
static void read_argument(const struct command *command, const char *argument)
{
    struct target target = target_to(command->screen);
    struct err err = ERR_INIT;

    if (command->read(argument, &target, &err) == COMMAND_LEADS) {
        check_target(&target);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const BOTS[] = {"our_bot", ""};
    char *text = malloc(size + 1); /* exact: one byte too far is seen */

    assert(text);
    (void)memcpy(text, bytes, size);
    text[size] = '\0';
    for (size_t i = 0; i < 2; i++) {
        const struct command *command;
        const char *argument;
        enum command_match match = command_parse(text, BOTS[i], &command, &argument);

        assert((match == COMMAND_MATCHED) == (command != NULL));
        assert(!command == !argument);
        assert(!argument || (argument >= text && argument <= text + strlen(text)));
        assert((match == COMMAND_NONE) == (text[0] != '/'));
        if (command && utf8_valid(argument, strlen(argument))) {
            read_argument(command, argument);
        }
    }
    free(text);
    return 0;
}
