/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/queuectl_settings.h"

#define MEMBER(name) SETTING_MEMBER(struct queuectl_settings, name)

/* clang-format off */
const struct setting QUEUECTL_SETTINGS[] = {
    /* name          type          member                 fallback                    min  max choices check                    help */
    {"REDIS_URL",    SETTING_TEXT, MEMBER(redis_url),     "redis://127.0.0.1:6379/0", 1,   0,  NULL,   setting_check_redis_url, "Redis of the queue, as the services have it; REDIS_URL_FILE names a file with it"},
    {"QUEUE_PREFIX", SETTING_TEXT, MEMBER(queue_prefix),  "beget",                    1,   0,  NULL,   setting_check_prefix,    "Redis keys are {prefix}:..."},
    {"DATA_DIR",     SETTING_TEXT, MEMBER(data_dir),      "data",                     1,   0,  NULL,   NULL,                    "Folder of bot.db, the lasting log"},
    {"BEGET_LOGIN",  SETTING_TEXT, MEMBER(beget_login),   "",                         0,   0,  NULL,   NULL,                    "Login of the hosting account, whose limits are shown"},
    {"SUDO_USER",    SETTING_TEXT, MEMBER(sudo_user),     "",                         0,   0,  NULL,   NULL,                    "Who it is, for the log"},
    {"USER",         SETTING_TEXT, MEMBER(user),          "",                         0,   0,  NULL,   NULL,                    "Who it is, where nobody is behind it"},
    {"NO_COLOR",     SETTING_TEXT, MEMBER(no_color),      "",                         0,   0,  NULL,   NULL,                    "Anything: no colours"},
};
/* clang-format on */

const size_t QUEUECTL_SETTING_COUNT = sizeof(QUEUECTL_SETTINGS) / sizeof(QUEUECTL_SETTINGS[0]);
