/* SPDX-License-Identifier: MIT */
/* Any bytes as the data of a press: what is read fits Redis' key and the page's buttons. */
#include "worker/chat/buttons.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1); /* exact: one byte too far is seen */
    char token[BUTTON_TOKEN_SIZE] = "";
    struct err err = ERR_INIT;
    size_t number = 0;

    assert(text);
    (void)memcpy(text, bytes, size);
    text[size] = '\0';
    if (button_data_parse(text, token, &number, &err)) {
        assert(strlen(token) == BUTTON_TOKEN_CHARS && strncmp(text, token, strlen(token)) == 0);
        assert(!strpbrk(token, ".:{} \r\n"));
        assert(number < 100);
    } else {
        assert(err.kind == ERR_REJECT && token[0] == '\0');
    }
    free(text);
    return 0;
}
