/* SPDX-License-Identifier: MIT */
/* worker/chat/when.c: times in several zones, and what is no zone. */
#include "worker/chat/when.h"

#include "shared/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct text_row {
    const char *zone;
    int64_t ms;
    enum when_detail detail;
    const char *text;
} TEXTS[] = {
    {"UTC",                INT64_C(1795701900000), WHEN_MINUTES, "2026-11-26 14:05 UTC"       },
    {"UTC",                INT64_C(1795701909999), WHEN_SECONDS, "2026-11-26 14:05:09 UTC"    },
    {"Europe/Moscow",      INT64_C(1795701900000), WHEN_MINUTES, "2026-11-26 17:05 MSK"       },
    {"Asia/Yekaterinburg", INT64_C(1795701900000), WHEN_MINUTES, "2026-11-26 19:05 UTC+05"    },
    {"Asia/Kolkata",       INT64_C(1795701900000), WHEN_MINUTES, "2026-11-26 19:35 IST"       },
    {"America/Sao_Paulo",  INT64_C(1795701900000), WHEN_MINUTES, "2026-11-26 11:05 UTC-03"    },
    {"Europe/Berlin",      INT64_C(1795701900000), WHEN_MINUTES, "2026-11-26 15:05 CET"       },
    {"Europe/Berlin",      INT64_C(1782396300000), WHEN_MINUTES, "2026-06-25 16:05 CEST"      },
    {"UTC",                0,                      WHEN_SECONDS, "1970-01-01 00:00:00 UTC"    },
    {"UTC",                -1,                     WHEN_SECONDS, "1969-12-31 23:59:59 UTC"    },
    {"UTC",                INT64_MAX,              WHEN_MINUTES, "292278994-08-17 07:12 UTC"  },
    {"UTC",                INT64_MIN,              WHEN_MINUTES, "-292275055-05-16 16:47 UTC" },
};

static const struct zone_row {
    const char *name;
    bool good;
} ZONES[] = {
    {"UTC",                       true },
    {"Europe/Moscow",             true },
    {"Etc/GMT+5",                 true },
    {"Mars/Olympus_Mons",         false},
    {"europe/moscow",             false},
    {"Europe",                    false}, /* a folder */
    {"zone.tab",                  false},
    {"tzdata.zi",                 false},
    {"../zoneinfo/Europe/Moscow", false},
    {"/usr/share/zoneinfo/UTC",   false},
    {":/etc/localtime",           false},
    {"MSK-3",                     false},
    {"UTC ",                      false},
    {"",                          false},
};
/* clang-format on */

static void a_time_has_its_zone_beside_it(void **state)
{
    char text[WHEN_SIZE];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        when_use_zone(TEXTS[i].zone);
        assert_string_equal(when_text(TEXTS[i].ms, TEXTS[i].detail, text), TEXTS[i].text);
    }
}

static void a_zone_is_one_that_the_system_knows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ZONES); i++) {
        const char *wrong = when_check_zone(ZONES[i].name);

        if ((wrong == NULL) != ZONES[i].good) {
            fail_msg("\"%s\": %s", ZONES[i].name, wrong ? wrong : "is taken");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_has_its_zone_beside_it),
        cmocka_unit_test(a_zone_is_one_that_the_system_knows),
    };

    return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
