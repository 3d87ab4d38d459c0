/* SPDX-License-Identifier: MIT */
/* What queuectl takes from where the services take it: the environment, NAME_FILE, .env. */
#ifndef DEPLOY_QUEUECTL_QUEUECTL_SETTINGS_H
#define DEPLOY_QUEUECTL_QUEUECTL_SETTINGS_H

#include "shared/base/settings.h"
#include "shared/io/redis_url.h"

#include <stddef.h>
#include <stdint.h>

/* A plain value. It holds a secret: the URL may have a password. */
struct queuectl_settings {
    char redis_url[REDIS_URL_SIZE];
    char queue_prefix[33];
    char data_dir[512];
    char beget_login[64]; /* whose limits are shown when nobody is named; "" for none */
    char sudo_user[64];   /* who is behind a root shell; "" for none                  */
    char user[64];        /* "" for none                                              */
    char no_color[64];    /* anything: no colours                                     */
};

extern const struct setting QUEUECTL_SETTINGS[];
extern const size_t QUEUECTL_SETTING_COUNT;

#endif
