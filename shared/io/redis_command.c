/* SPDX-License-Identifier: MIT */
#include "shared/io/redis_command.h"

#include "shared/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct redis_command *redis_command_new(const char *name)
{
    struct redis_command *command = xcalloc(1, sizeof(*command));

    buf_init(&command->bytes, REDIS_COMMAND_MAX_BYTES);
    redis_add_text(command, name);
    return command;
}

void redis_command_free(struct redis_command *command)
{
    if (!command) {
        return;
    }
    buf_free(&command->bytes);
    free(command->lens);
    free(command);
}

void redis_add_bytes(struct redis_command *command, const char *bytes, size_t len)
{
    if (command->count == command->cap) {
        command->cap = command->cap ? command->cap * 2 : 16;
        command->lens = xreallocarray(command->lens, command->cap, sizeof(*command->lens));
    }
    command->lens[command->count++] = len;
    buf_add(&command->bytes, bytes, len);
}

void redis_add_text(struct redis_command *command, const char *text)
{
    redis_add_bytes(command, text, strlen(text));
}

void redis_add_int(struct redis_command *command, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    redis_add_text(command, text);
}
