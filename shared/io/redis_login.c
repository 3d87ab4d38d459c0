/* SPDX-License-Identifier: MIT */
#include "shared/io/redis_login.h"

#include "shared/base/settings_source.h"

#include <string.h>

static bool same_place(const struct redis_place *a, const struct redis_place *b)
{
    return a->port == b->port && strcmp(a->host, b->host) == 0;
}

/* Where sentinels have led to is left out: that changes by itself. */
static bool same_server(const struct redis_url *a, const struct redis_url *b)
{
    bool same = a->tls == b->tls && a->db == b->db && strcmp(a->path, b->path) == 0 &&
                strcmp(a->master, b->master) == 0 && a->sentinel_count == b->sentinel_count;

    for (size_t i = 0; same && i < a->sentinel_count; i++) {
        same = same_place(&a->sentinels[i], &b->sentinels[i]);
    }
    return same && (a->sentinel_count > 0 || same_place(&a->place, &b->place));
}

static bool same_login(const struct redis_url *a, const struct redis_url *b)
{
    return strcmp(a->user, b->user) == 0 && strcmp(a->password, b->password) == 0;
}

static void copy_login(const struct redis_url *from, struct redis_url *to)
{
    memcpy(to->user, from->user, sizeof(to->user));
    memcpy(to->password, from->password, sizeof(to->password));
}

bool redis_login_take(const char *text, struct redis_url *url)
{
    struct redis_url now;
    struct err ignored = ERR_INIT;

    if (!redis_url_parse(text, &now, &ignored) || !same_server(&now, url) ||
        same_login(&now, url)) {
        return false;
    }
    copy_login(&now, url);
    return true;
}

bool redis_login_renew(struct redis_login *login, const char *address, struct redis_url *url)
{
    char text[REDIS_URL_SIZE];
    bool taken;
    bool news;

    if (!login) {
        return false;
    }
    (void)pthread_mutex_lock(&login->lock);
    taken = settings_source_again(SETTINGS_ENV_PATH, login->setting, text, sizeof(text)) &&
            redis_login_take(text, url);
    news = taken && !(login->has_told && same_login(&login->told, url));
    if (news) {
        login->has_told = true;
        copy_login(url, &login->told);
    }
    (void)pthread_mutex_unlock(&login->lock);
    if (news) {
        LOG_TO(login->log, LOG_LEVEL_INFO, "redis.login_renewed", LOG_TEXT("address", address));
    }
    return taken;
}

void redis_login_note(struct redis_login *login, struct err *failure, int64_t now_ms)
{
    if (!login) {
        return;
    }
    (void)pthread_mutex_lock(&login->lock);
    if (!failure) {
        login->worked = true;
        login->refused_ms = 0;
    } else if (login->worked && failure->kind == ERR_FATAL) {
        if (login->refused_ms == 0 || now_ms - login->latest_ms >= REDIS_LOGIN_PATIENCE_MS) {
            login->refused_ms = now_ms;
        }
        login->latest_ms = now_ms;
        if (now_ms - login->refused_ms < REDIS_LOGIN_PATIENCE_MS) {
            failure->kind = ERR_RETRY;
        }
    }
    (void)pthread_mutex_unlock(&login->lock);
}
