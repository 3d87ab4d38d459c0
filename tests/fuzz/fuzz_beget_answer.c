/* SPDX-License-Identifier: MIT */
/* Any bytes as an HTTP answer of the hosting API, and its result as each list it could be. */
#include "shared/base/utf8.h"
#include "worker/beget/account.h"
#include "worker/beget/answer.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_names(const struct json *result, bool subdomains)
{
    struct account_names names;
    struct err err = ERR_INIT;

    if (account_names_read(result, subdomains, &names, &err)) {
        assert(names.count + names.skipped == json_count(result));
        for (size_t i = 0; i < names.count; i++) {
            assert(names.items[i].id > 0 && names.items[i].name[0] != '\0');
            assert(account_domain_of(&names, names.items[i].name));
        }
        account_names_free(&names);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const int STATUSES[] = {200, 200, 200, 403, 429, 500, 502, 302};
    struct beget_answer answer;
    char *body;

    if (size == 0) {
        return 0;
    }
    body = malloc(size - 1 > 0 ? size - 1 : 1); /* exact: one byte too far is seen */
    assert(body);
    (void)memcpy(body, bytes + 1, size - 1);
    beget_answer_read(STATUSES[bytes[0] % 8], body, size - 1, &answer);
    assert(strlen(answer.text) < BEGET_TEXT_SIZE);
    assert(utf8_valid(answer.text, strlen(answer.text)));
    assert(answer.failure == BEGET_OK || !answer.result);
    read_names(answer.result, false);
    read_names(answer.result, true);
    beget_answer_refuse_false(&answer);
    beget_answer_free(&answer);
    free(body);
    return 0;
}
