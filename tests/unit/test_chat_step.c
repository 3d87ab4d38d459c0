/* SPDX-License-Identifier: MIT */
/* One update from being understood to being answered, with every outside call failing in turn. */
#include "worker/chat/step.h"

#include "shared/base/log.h"
#include "shared/base/utf8.h"
#include "shared/io/idn.h"
#include "shared/io/json.h"
#include "tests/unit/chat/brings.h"
#include "tests/unit/chat/fake_state.h"
#include "tests/unit/chat/fake_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOMAINS                                                                                          \
    "[{\"id\":1,\"fqdn\":\"shop.ru\",\"date_expire\":\"2027-03-11\"},{\"id\":2,\"fqdn\":\"пример." \
    "рф\"}]"
#define SUBDOMAINS "[{\"id\":3,\"domain_id\":1,\"fqdn\":\"blog.shop.ru\"}]"
#define RECORDS    "{\"set_type\":1,\"records\":{\"A\":[{\"ttl\":600,\"address\":\"203.0.113.1\"}]}}"

/* ---- the world ---- */

/* The account as it is when nothing fails. */
static void set_account(void)
{
    fake_world.answers[BEGET_DOMAINS].result = DOMAINS;
    fake_world.answers[BEGET_SUBDOMAINS].result = SUBDOMAINS;
    fake_world.answers[BEGET_DNS_READ].result = RECORDS;
    fake_world.answers[BEGET_SUBDOMAIN_ADD].result = "9";
    fake_world.bot = "our_bot";
}

static int set_world(void **state)
{
    (void)state;
    log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT); /* warnings are expected here */
    fake_world_free();
    set_account();
    return 0;
}

/* ---- what each update brings ---- */

struct step_row {
    const char *name;
    struct act act;
    const char *grants;     /* of a chat that is no admin's                                  */
    const char *dialog;     /* what the person is asked                                      */
    const char *button;     /* what Redis holds about the token                              */
    const char *members;    /* groups whose members act for themselves                   */
    const char *own_grants; /* of the person                                             */
    const char *access;     /* as a whole, for who looks at it                           */
    bool shut_out;          /* the chat is not allowed any more                          */
    const char *intent;     /* of this update                                            */
    bool slow;              /* the hosting API                                               */
    int beget_calls;        /* that are made of the hosting API                              */
    const char *lines;      /* what was emitted on the way, then what the step brings        */
};

/* clang-format off */
#define LONG "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx"

static struct step_row step_rows[] = {
    {.name = "/start shows the menu", .act = {.chat_id = ADMIN, .text = "/start"},
     .beget_calls = 0,
     .lines =
     "send u9: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[👑 Administration]\n"
     "[❔ Help]\n"
     "event menu ok\n"},
    {.name = "a log that cannot be read", .act = {.chat_id = ADMIN, .text = "/logs shop.ru"},
     .beget_calls = 0,
     .lines =
     "send u9: ⚠️ Cannot be read: the log: sqlite: /nowhere/bot.db: No such file or directory: check that it is there and this user may read it.\n"
     "The bot works all the same, and what is done now will be in the log.\n"
     "[↻ Try again]\n"
     "[🏠 Menu]\n"
     "event logs error\n"},
    {.name = "/cancel in Russian", .act = {.chat_id = ADMIN, .text = "/cancel", .language = "ru"},
     .beget_calls = 0,
     .lines =
     "send u9: Отменено: я ничего не жду.\n"
     "[🏠 Меню]\n"
     "event cancelled ok\n"},
    {.name = "/domains lists domains", .act = {.chat_id = ADMIN, .text = "/domains"},
     .beget_calls = 1,
     .lines =
     "send u9: Domains: 2\n"
     "[shop.ru]\n"
     "[пример.рф]\n"
     "[🏠 Menu]\n"
     "event domains ok\n"},
    {.name = "/domains with a filter", .act = {.chat_id = ADMIN, .text = "/domains При", .language = "ru"},
     .beget_calls = 1,
     .lines =
     "send u9: Домены с «При»: 1\n"
     "[пример.рф]\n"
     "[Показать все]\n"
     "[🏠 Меню]\n"
     "event domains ok\n"},
    {.name = "/dns of a domain", .act = {.chat_id = ADMIN, .text = "/dns shop.ru"},
     .beget_calls = 2,
     .lines =
     "send u9: DNS of shop.ru\n"
     "\n"
     "A · TTL 600 s\n"
     "203.0.113.1\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[‹ Back] [🏠 Menu]\n"
     "event dns shop.ru ok\n"},
    {.name = "/dns in Cyrillic", .act = {.chat_id = ADMIN, .text = "/dns Пример.РФ", .language = "ru"},
     .beget_calls = 2,
     .lines =
     "send u9: DNS пример.рф\n"
     "\n"
     "A · TTL 600 с\n"
     "203.0.113.1\n"
     "[↻ Обновить]\n"
     "[✏️ Изменить записи] [➕ Добавить запись]\n"
     "[‹ Назад] [🏠 Меню]\n"
     "event dns xn--e1afmkfd.xn--p1ai ok\n"},
    {.name = "/dns without a name asks for one", .act = {.chat_id = ADMIN, .text = "/dns"},
     .beget_calls = 0,
     .lines =
     "send u9: /dns example.com shows the records of a name. To change them:\n"
     "/dns example.com add A 192.0.2.10\n"
     "/dns example.com add MX 10 mx.example.com\n"
     "/dns example.com add TXT v=spf1 -all\n"
     "/dns example.com del A 192.0.2.10\n"
     "/dns example.com set A 192.0.2.10 192.0.2.20\n"
     "/dns example.com set TXT \"old text\" \"new text\"\n"
     "/dns example.com history, /dns example.com undo\n"
     "Kinds: A, AAAA, MX, TXT, CNAME, NS. I always ask before anything is changed.\n"
     "[🏠 Menu]\n"},
    {.name = "/dns of what is no name", .act = {.chat_id = ADMIN, .text = "/dns https://<b>.ru"},
     .beget_calls = 0,
     .lines =
     "send u9: ⚠️ «https://<b>.ru» is not a domain name. A name looks like shop.example.com: letters, digits and hyphens, at most 63 between two dots and 253 in all.\n"
     "[🏠 Menu]\n"},
    {.name = "a long name that is none is quoted in part", .act = {.chat_id = ADMIN, .text = "/dns " LONG " x"},
     .beget_calls = 0,
     .lines =
     "send u9: ⚠️ «abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx x» is not a domain name. A name looks like shop.example.com: letters, digits and hyphens, at most 63 between two dots and 253 in all.\n"
     "[🏠 Menu]\n"},
    {.name = "/dns of a name that is not on the account", .act = {.chat_id = ADMIN, .text = "/dns example.org"},
     .beget_calls = 1,
     .lines =
     "send u9: ⚠️ example.org does not belong to a domain of this account.\n"
     "[🏠 Menu]\n"
     "event dns example.org refused\n"},
    {.name = "a look-alike of a domain is not on the account", .act = {.chat_id = ADMIN, .text = "/dns evil-shop.ru", .language = "ru"},
     .beget_calls = 1,
     .lines =
     "send u9: ⚠️ evil-shop.ru не относится ни к одному домену этого аккаунта.\n"
     "[🏠 Меню]\n"
     "event dns evil-shop.ru refused\n"},
    {.name = "an unknown command", .act = {.chat_id = ADMIN, .text = "/stats of <b>"},
     .beget_calls = 0,
     .lines =
     "send u9: I do not know the command /stats. /help lists what I can do.\n"
     "[🏠 Menu]\n"},
    {.name = "an unknown command that fills a message", .act = {.chat_id = ADMIN, .text = "/" LONG LONG LONG},
     .beget_calls = 0,
     .lines =
     "send u9: I do not know the command /abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxabcdefghijklmnopqrstuvwxyzabc…. /help lists what I can do.\n"
     "[🏠 Menu]\n"},
    {.name = "an unknown command in Russian", .act = {.chat_id = ADMIN, .text = "/статистика", .language = "ru"},
     .beget_calls = 0,
     .lines =
     "send u9: Я не знаю команды /статистика. Что я умею: /help\n"
     "[🏠 Меню]\n"},
    {.name = "plain text in a private chat", .act = {.chat_id = ADMIN, .text = "hello"},
     .beget_calls = 0,
     .lines =
     "send u9: I understand commands and buttons. /help lists what I can do.\n"
     "[🏠 Menu]\n"},
    {.name = "a photo in a private chat", .act = {.chat_id = ADMIN, .text = "", .language = "ru"},
     .beget_calls = 0,
     .lines =
     "send u9: Я понимаю команды и кнопки. Что я умею: /help\n"
     "[🏠 Меню]\n"},
    {.name = "people in a group talk to each other", .act = {.chat_id = GROUP, .text = "hello"},
     .beget_calls = 0,
     .lines =
     ""},
    {.name = "an unknown command in a group may be another bot's", .act = {.chat_id = GROUP, .text = "/stats"},
     .beget_calls = 0,
     .lines =
     ""},
    {.name = "an unknown command for us in a group", .act = {.chat_id = GROUP, .text = "/stats@our_bot"},
     .beget_calls = 0,
     .lines =
     "send u9: I do not know the command /stats@our_bot. /help lists what I can do.\n"
     "[🏠 Menu]\n"},
    {.name = "a command for another bot in a group", .act = {.chat_id = GROUP, .text = "/help@other_bot"},
     .beget_calls = 0,
     .lines =
     ""},
    {.name = "a command for another bot in a private chat", .act = {.chat_id = ADMIN, .text = "/help@other_bot"},
     .beget_calls = 0,
     .lines =
     ""},
    {.name = "a command in a group", .act = {.chat_id = GROUP, .text = "/cancel"},
     .beget_calls = 0,
     .lines =
     "send u9: Cancelled: I am not waiting for anything.\n"
     "[🏠 Menu]\n"
     "event cancelled ok\n"},
    {.name = "a command for us in a group", .act = {.chat_id = GROUP, .text = "/cancel@OUR_BOT"},
     .beget_calls = 0,
     .lines =
     "send u9: Cancelled: I am not waiting for anything.\n"
     "[🏠 Menu]\n"
     "event cancelled ok\n"},
    {.name = "a command in a topic is answered there", .act = {.chat_id = GROUP, .text = "/start", .topic = 5},
     .beget_calls = 0,
     .lines =
     "in topic 5, send u9: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[❔ Help]\n"
     "event menu ok\n"},
    {.name = "a command in a group has the group's rights", .act = {.chat_id = GROUP, .text = "/dns shop.ru"},
     .grants = "shop.ru=", .beget_calls = 2,
     .lines =
     "send u9: DNS of shop.ru\n"
     "\n"
     "A · TTL 600 s\n"
     "203.0.113.1\n"
     "[↻ Refresh]\n"
     "[‹ Back] [🏠 Menu]\n"
     "event dns shop.ru ok\n"},
    {.name = "a colleague without rights sees no domain", .act = {.chat_id = COLLEAGUE, .text = "/domains"},
     .beget_calls = 1,
     .lines =
     "send u9: You have no access to any domain yet. Please ask the administrator for it; your chat id is 77.\n"
     "[🏠 Menu]\n"
     "event domains ok\n"},
    {.name = "a colleague sees what is granted", .act = {.chat_id = COLLEAGUE, .text = "/domains"},
     .grants = "shop.ru=E", .beget_calls = 1,
     .lines =
     "send u9: Domains: 1\n"
     "[shop.ru]\n"
     "[🏠 Menu]\n"
     "event domains ok\n"},
    {.name = "a colleague may not see another name", .act = {.chat_id = COLLEAGUE, .text = "/dns xn--e1afmkfd.xn--p1ai", .language = "ru"},
     .grants = "shop.ru=E", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ У вас нет доступа к пример.рф. Его даёт администратор; номер вашего чата 77.\n"
     "[🏠 Меню]\n"
     "event dns xn--e1afmkfd.xn--p1ai refused\n"},
    {.name = "a colleague may see a name below the granted one", .act = {.chat_id = COLLEAGUE, .text = "/dns blog.shop.ru"},
     .grants = "shop.ru=", .beget_calls = 2,
     .lines =
     "send u9: DNS of blog.shop.ru\n"
     "\n"
     "A · TTL 600 s\n"
     "203.0.113.1\n"
     "[↻ Refresh]\n"
     "[‹ Back] [🏠 Menu]\n"
     "event dns blog.shop.ru ok\n"},
    {.name = "a granted name that is gone from the account", .act = {.chat_id = COLLEAGUE, .text = "/dns gone.ru"},
     .grants = "gone.ru=", .beget_calls = 1,
     .lines =
     "send u9: ⚠️ gone.ru does not belong to a domain of this account.\n"
     "[🏠 Menu]\n"
     "event dns gone.ru refused\n"},
    {.name = "a press shows where it leads", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=42|user=7|0=domain 1 shop.ru", .beget_calls = 2,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: shop.ru\n"
     "Paid until 2027-03-11\n"
     "[DNS records]\n"
     "[Subdomains (1)]\n"
     "[‹ Back] [🏠 Menu]\n"},
    {.name = "a press on a page", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".11"},
     .button = "chat=42|user=7|11=domains 2 -", .beget_calls = 1,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: Domains: 2\n"
     "[shop.ru]\n"
     "[пример.рф]\n"
     "[🏠 Menu]\n"},
    {.name = "a press in Russian", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0", .language = "ru"},
     .button = "chat=42|user=7|0=cancelled 1 -", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: Отменено: я ничего не жду.\n"
     "[🏠 Меню]\n"},
    {.name = "a press on a message that is too old to edit", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0", .inaccessible = true},
     .button = "chat=42|user=7|0=menu 1 -", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "send u9: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[👑 Administration]\n"
     "[❔ Help]\n"},
    {.name = "a press in a topic edits there", .act = {.kind = UPDATE_CALLBACK, .chat_id = GROUP, .text = TOKEN ".0", .topic = 5},
     .button = "chat=-100|user=7|0=menu 1 -", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[❔ Help]\n"},
    {.name = "a press in a topic on a message that is too old", .act = {.kind = UPDATE_CALLBACK, .chat_id = GROUP, .text = TOKEN ".0", .topic = 5, .inaccessible = true},
     .button = "chat=-100|user=7|0=menu 1 -", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "in topic 5, send u9: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[❔ Help]\n"},
    {.name = "a press that Redis has forgotten", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9: This menu is out of date. Here is a fresh one.\n"
     "edit 55: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[👑 Administration]\n"
     "[❔ Help]\n"},
    {.name = "a press on a button that was not there", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".1", .language = "ru"},
     .button = "chat=42|user=7|0=menu 1 -", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9: Это меню устарело. Вот свежее.\n"
     "edit 55: Beget Manager\n"
     "Ваш хостинг из этого чата. Что показать?\n"
     "[🌐 Домены]\n"
     "[👑 Управление]\n"
     "[❔ Справка]\n"},
    {.name = "a press on a button of an older version", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=42|user=7|0=attic 1 -", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9: This menu is out of date. Here is a fresh one.\n"
     "edit 55: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[👑 Administration]\n"
     "[❔ Help]\n"},
    {.name = "a press with data of another program", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = "confirm_subdomain:42"},
     .button = "chat=42|user=7|0=menu 1 -", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9: This menu is out of date. Here is a fresh one.\n"
     "edit 55: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[👑 Administration]\n"
     "[❔ Help]\n"},
    {.name = "a press without data", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = ""},
     .button = "chat=42|user=7|0=menu 1 -", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9: This menu is out of date. Here is a fresh one.\n"
     "edit 55: Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[👑 Administration]\n"
     "[❔ Help]\n"},
    {.name = "a press of another person", .act = {.kind = UPDATE_CALLBACK, .chat_id = GROUP, .text = TOKEN ".0"},
     .button = "chat=-100|user=8|0=dns 1 shop.ru", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9: This menu was made for someone else. Type /start for your own. (alert)\n"
     "event button refused\n"},
    {.name = "a press of another person, in Russian", .act = {.kind = UPDATE_CALLBACK, .chat_id = GROUP, .text = TOKEN ".0", .language = "ru"},
     .button = "chat=-100|user=8|0=dns 1 shop.ru", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9: Это меню сделано для другого человека. Своё — по команде /start. (alert)\n"
     "event button refused\n"},
    {.name = "a press carried into another chat", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=-100|user=7|0=dns 1 shop.ru", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9: This menu was made for someone else. Type /start for your own. (alert)\n"
     "event button refused\n"},
    {.name = "a press after the right was taken away", .act = {.kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0"},
     .grants = "other.ru=", .button = "chat=77|user=7|0=dns 1 shop.ru", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ You have no access to shop.ru. The administrator can grant it; your chat id is 77.\n"
     "[🏠 Menu]\n"
     "event dns shop.ru refused\n"},
    {.name = "a press on a domain of which only a part is left", .act = {.kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0"},
     .grants = "blog.shop.ru=", .button = "chat=77|user=7|0=domain 1 shop.ru", .beget_calls = 2,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: shop.ru\n"
     "[Subdomains (1)]\n"
     "[‹ Back] [🏠 Menu]\n"},
    {.name = "a press on a domain that is gone", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=42|user=7|0=domain 1 gone.ru", .beget_calls = 1,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ gone.ru does not belong to a domain of this account.\n"
     "[🏠 Menu]\n"
     "event domain gone.ru refused\n"},
    {.name = "a slow answer is preceded by a sign", .act = {.chat_id = ADMIN, .text = "/dns shop.ru"},
     .slow = true, .beget_calls = 2,
     .lines =
     "send u9: ⏳ Asking Beget…\n"
     "send u9: DNS of shop.ru\n"
     "\n"
     "A · TTL 600 s\n"
     "203.0.113.1\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[‹ Back] [🏠 Menu]\n"
     "event dns shop.ru ok\n"},
    {.name = "a slow answer in Russian", .act = {.chat_id = ADMIN, .text = "/domains", .language = "ru"},
     .slow = true, .beget_calls = 1,
     .lines =
     "send u9: ⏳ Спрашиваю Beget…\n"
     "send u9: Домены: 2\n"
     "[shop.ru]\n"
     "[пример.рф]\n"
     "[🏠 Меню]\n"
     "event domains ok\n"},
    {.name = "a slow press ends before its answer, once", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=42|user=7|0=domain 1 shop.ru", .slow = true, .beget_calls = 2,
     .lines =
     "answerCallbackQuery cb9: ⏳ Asking Beget…\n"
     "edit 55: shop.ru\n"
     "Paid until 2027-03-11\n"
     "[DNS records]\n"
     "[Subdomains (1)]\n"
     "[‹ Back] [🏠 Menu]\n"},
    {.name = "a slow press on a message that is too old", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0", .inaccessible = true},
     .button = "chat=42|user=7|0=domains 1 -", .slow = true, .beget_calls = 1,
     .lines =
     "answerCallbackQuery cb9: ⏳ Asking Beget…\n"
     "send u9: Domains: 2\n"
     "[shop.ru]\n"
     "[пример.рф]\n"
     "[🏠 Menu]\n"},
    {.name = "the bot is blocked", .act = {.kind = UPDATE_MEMBER, .chat_id = COLLEAGUE},
     .beget_calls = 0,
     .lines =
     "event member kicked ok\n"},
    {.name = "a press that asks for a text", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=42|user=7|0=type sub_add shop.ru", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: Which subdomain of shop.ru shall I create? Send its name, shop or shop.shop.ru.\n"
     "[✖ Cancel]\n"},
    {.name = "the text that was asked for", .act = {.chat_id = ADMIN, .text = "NEW"},
     .dialog = "type sub_add shop.ru", .beget_calls = 2,
     .lines =
     "send u9: Create new.shop.ru?\n"
     "\n"
     "Beget gives a new subdomain, and the same with www. before it, the records of its shared server.\n"
     "[✅ Create] [✖ Cancel]\n"},
    {.name = "a text that is no answer", .act = {.chat_id = ADMIN, .text = "two words"},
     .dialog = "type sub_add shop.ru", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ «two words» cannot be a subdomain of shop.ru: letters, digits and hyphens without blanks, no hyphen at either end, at most 63 between two dots and 253 in all.\n"
     "\n"
     "Which subdomain of shop.ru shall I create? Send its name, shop or shop.shop.ru.\n"
     "[✖ Cancel]\n"},
    {.name = "a photo where a text was asked for", .act = {.chat_id = ADMIN, .text = "", .language = "ru"},
     .dialog = "type sub_add shop.ru", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ Здесь я понимаю только текст.\n"
     "\n"
     "Какой поддомен shop.ru создать? Пришлите имя: shop или shop.shop.ru.\n"
     "[✖ Отмена]\n"},
    {.name = "an answer in a group", .act = {.chat_id = GROUP, .text = "new"}, .grants = "shop.ru=C",
     .dialog = "type sub_add shop.ru", .beget_calls = 2,
     .lines =
     "send u9: Create new.shop.ru?\n"
     "\n"
     "Beget gives a new subdomain, and the same with www. before it, the records of its shared server.\n"
     "[✅ Create] [✖ Cancel]\n"},
    {.name = "a prompt in a group says how to answer", .act = {.kind = UPDATE_CALLBACK, .chat_id = GROUP, .text = TOKEN ".0"},
     .grants = "shop.ru=C", .button = "chat=-100|user=7|0=type sub_add shop.ru", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: Which subdomain of shop.ru shall I create? Send its name, shop or shop.shop.ru.\n"
     "In a group, answer by replying to this message.\n"
     "[✖ Cancel]\n"},
    {.name = "a prompt whose right was taken away", .act = {.chat_id = COLLEAGUE, .text = "new"}, .grants = "shop.ru=E",
     .dialog = "type sub_add shop.ru", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ You may not create subdomains of shop.ru. The administrator can grant it (C on the domain); your chat id is 77.\n"
     "[🏠 Menu]\n"
     "event sub_add shop.ru refused\n"},
    {.name = "a command leaves the prompt", .act = {.chat_id = ADMIN, .text = "/cancel"},
     .dialog = "type sub_add shop.ru", .beget_calls = 0,
     .lines =
     "send u9: Cancelled: I am not waiting for anything.\n"
     "[🏠 Menu]\n"
     "event cancelled ok\n"},
    {.name = "a chat that is shut out gets nothing done and hears nothing", .act = {.chat_id = COLLEAGUE, .text = "/dns shop.ru"},
     .grants = "shop.ru=E", .shut_out = true, .beget_calls = 0,
     .lines =
     "event dns refused\n"},
    {.name = "nor does its press", .act = {.kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0"},
     .grants = "shop.ru=X", .button = "chat=77|user=7|0=do sub_del blog.shop.ru 3", .shut_out = true, .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "event button refused\n"},
    {.name = "nor does a press with forged data", .act = {.kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = "forged"},
     .shut_out = true, .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "event button refused\n"},
    {.name = "nor does its text", .act = {.chat_id = COLLEAGUE, .text = "hello"}, .shut_out = true, .beget_calls = 0,
     .lines =
     "event text refused\n"},
    {.name = "nor what it was asked to type", .act = {.chat_id = COLLEAGUE, .text = "new"}, .dialog = "type sub_add shop.ru",
     .grants = "shop.ru=C", .shut_out = true, .beget_calls = 0,
     .lines =
     "event text refused\n"},
    {.name = "nor an unknown command", .act = {.chat_id = COLLEAGUE, .text = "/stats"}, .shut_out = true, .beget_calls = 0,
     .lines =
     "event text refused\n"},
    {.name = "the talk of a group that is shut out is none of our business", .act = {.chat_id = GROUP, .text = "hello"},
     .shut_out = true, .beget_calls = 0,
     .lines =
     ""},
    {.name = "what a chat had begun before it was shut out is looked at and told",
     .act = {.kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0"},
     .grants = "", .button = "chat=77|user=7|taken=9|0=do sub_add blog.shop.ru 1", .shut_out = true, .intent = "{}", .beget_calls = 2,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ blog.shop.ru is created: Beget's answer got lost, but its list shows the name.\n"
     "[🏠 Menu]\n"
     "event sub_add blog.shop.ru ok,  -> {\"id\":3,\"domain_id\":1}\n"},
    {.name = "an administrator cannot be shut out", .act = {.chat_id = ADMIN, .text = "/cancel"}, .shut_out = true, .beget_calls = 0,
     .lines =
     "send u9: Cancelled: I am not waiting for anything.\n"
     "[🏠 Menu]\n"
     "event cancelled ok\n"},
    {.name = "members with rights of their own do not have the group's", .act = {.chat_id = GROUP, .text = "/dns shop.ru"},
     .grants = "shop.ru=EDCX", .members = "-100=1", .own_grants = "other.ru=EDCX", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ You have no access to shop.ru. The administrator can grant it; your chat id is 7.\n"
     "[🏠 Menu]\n"
     "event dns shop.ru refused\n"},
    {.name = "but those of the person", .act = {.chat_id = GROUP, .text = "/sub del blog.shop.ru"},
     .grants = "", .members = "-100=1", .own_grants = "shop.ru=X", .beget_calls = 2,
     .lines =
     "send u9: Delete blog.shop.ru?\n"
     "\n"
     "This cannot be undone. A site linked to it no longer opens under this name; its DNS records may stay published. The same name with www. before it is separate and stays.\n"
     "[✅ Delete] [✖ Cancel]\n"},
    {.name = "what a member creates is that person's", .act = {.kind = UPDATE_CALLBACK, .chat_id = GROUP, .text = TOKEN ".0"},
     .button = "chat=-100|user=7|0=do sub_add new.shop.ru 1", .members = "-100=1", .own_grants = "shop.ru=C", .beget_calls = 3,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ✅ new.shop.ru is created.\n"
     "[DNS records]\n"
     "[‹ Back] [🏠 Menu]\n"
     "event sub_add new.shop.ru ok, {} -> {\"id\":9,\"domain_id\":1,\"subject\":7}\n"},
    {.name = "in other groups the group's rights count", .act = {.chat_id = GROUP, .text = "/sub del blog.shop.ru"},
     .grants = "", .members = "-101=1", .own_grants = "shop.ru=X", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ You have no access to blog.shop.ru. The administrator can grant it; your chat id is -100.\n"
     "[🏠 Menu]\n"
     "event sub_del blog.shop.ru refused\n"},
    {.name = "an administrator among such members is one", .act = {.chat_id = GROUP, .text = "/sub del blog.shop.ru", .user_id = ADMIN},
     .members = "-100=1", .beget_calls = 2,
     .lines =
     "send u9: Delete blog.shop.ru?\n"
     "\n"
     "This cannot be undone. A site linked to it no longer opens under this name; its DNS records may stay published. The same name with www. before it is separate and stays.\n"
     "[✅ Delete] [✖ Cancel]\n"},
    {.name = "in a group whose own rights count, an administrator is none", .act = {.chat_id = GROUP, .text = "/sub del blog.shop.ru", .user_id = ADMIN},
     .beget_calls = 0,
     .lines =
     "send u9: ⚠️ You have no access to blog.shop.ru. The administrator can grant it; your chat id is -100.\n"
     "[🏠 Menu]\n"
     "event sub_del blog.shop.ru refused\n"},
    {.name = "a private chat has no members", .act = {.chat_id = COLLEAGUE, .text = "/sub del blog.shop.ru"},
     .grants = "", .members = "77=1", .own_grants = "shop.ru=X", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ You have no access to blog.shop.ru. The administrator can grant it; your chat id is 77.\n"
     "[🏠 Menu]\n"
     "event sub_del blog.shop.ru refused\n"},
    {.name = "/chats lists the chats", .act = {.chat_id = ADMIN, .text = "/chats bor"}, .access = "77=Boris|78=Vera",
     .beget_calls = 0,
     .lines =
     "send u9: Chats with «bor»: 1\n"
     "[Boris (77)]\n"
     "[Show all]\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]\n"
     "event chats ok\n"},
    {.name = "who has rights to a name", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0", .language = "ru"},
     .button = "chat=42|user=7|0=holders 1 blog.shop.ru", .access = "77=Boris|78=Vera", .grants = "blog.shop.ru=E", .beget_calls = 1,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: У кого есть права на blog.shop.ru: 2\n"
     "Права на shop.ru действуют и здесь.\n"
     "\n"
     "E менять DNS, D удалять записи DNS, C создавать поддомены, X удалять поддомены\n"
     "[Boris (77) · E]\n"
     "[Vera (78) · E]\n"
     "[➕ Дать права]\n"
     "[‹ Назад] [🏠 Меню]\n"},
    {.name = "a right to a name that has left the account is shown", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=42|user=7|0=chat_grant 1 gone.ru 77", .access = "77=Boris", .grants = "gone.ru=", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: gone.ru\n"
     "Boris (77) has: view only\n"
     "[✏️ Change]\n"
     "[🗑 Revoke]\n"
     "[‹ Back] [🏠 Menu]\n"},
    {.name = "as are all who have one", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=42|user=7|0=holders 1 gone.ru", .access = "77=Boris", .grants = "gone.ru=E", .beget_calls = 1,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: Who has rights to gone.ru: 1\n"
     "\n"
     "E edit DNS, D delete DNS records, C create subdomains, X delete subdomains\n"
     "[Boris (77) · E]\n"
     "[➕ Grant]\n"
     "[‹ Back] [🏠 Menu]\n"},
    {.name = "but none is granted to such a name", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"},
     .button = "chat=42|user=7|0=ask grants_set gone.ru 77 E", .access = "77=Boris", .beget_calls = 1,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ gone.ru does not belong to a domain of this account.\n"
     "[🏠 Menu]\n"
     "event grants_set gone.ru refused\n"},
    {.name = "a colleague has no panel", .act = {.chat_id = COLLEAGUE, .text = "/admin"}, .grants = "shop.ru=EDCX", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ Only an administrator can do that.\n"
     "[🏠 Menu]\n"
     "event admin refused\n"},
    {.name = "an administrator's button of one who is none any more", .act = {.kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0", .language = "ru"},
     .button = "chat=77|user=7|0=holders 1 shop.ru", .grants = "shop.ru=EDCX", .beget_calls = 0,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: ⚠️ Это может только администратор.\n"
     "[🏠 Меню]\n"
     "event holders shop.ru refused\n"},
    {.name = "an administrator's prompt of one who is none any more", .act = {.chat_id = COLLEAGUE, .text = "78"},
     .dialog = "type allow -", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ Only an administrator can do that.\n"
     "[🏠 Menu]\n"
     "event allow refused\n"},
    {.name = "a chat's number leads to its note", .act = {.chat_id = ADMIN, .text = " 78 "}, .dialog = "type allow -", .beget_calls = 0,
     .lines =
     "send u9: Who is 78? Send a note that you will know the chat by, for example a name; - for none.\n"
     "[✖ Cancel]\n"},
    {.name = "what is no number is asked for again", .act = {.chat_id = ADMIN, .text = "<b>@vera"}, .dialog = "type grant shop.ru", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ «<b>@vera» is not a chat's number. A number looks like 1002 or -1002000000001.\n"
     "\n"
     "Who shall get rights to shop.ru? Send the number of a chat that may use the bot.\n"
     "[✖ Cancel]\n"},
    {.name = "a filter that is typed leads to the list", .act = {.chat_id = ADMIN, .text = "BLOG"}, .dialog = "type items_filter shop.ru", .beget_calls = 2,
     .lines =
     "send u9: shop.ru: subdomains with «BLOG»\n"
     "[blog.shop.ru]\n"
     "[Show all]\n"
     "[‹ Back] [🏠 Menu]\n"
     "event name_items shop.ru ok\n"},
    {.name = "a dialog that cannot be read", .act = {.chat_id = ADMIN, .text = "new"},
     .dialog = "type sub_move shop.ru", .beget_calls = 0,
     .lines =
     "send u9: I understand commands and buttons. /help lists what I can do.\n"
     "[🏠 Menu]\n"},
    {.name = "an update whose payload was too large", .act = {.chat_id = ADMIN, .text = "/cancel", .payload = "{}"},
     .beget_calls = 0,
     .lines =
     "send u9: Cancelled: I am not waiting for anything.\n"
     "[🏠 Menu]\n"
     "event cancelled ok\n"},
};
/* clang-format on */

static void brings(void **state)
{
    const struct step_row *row = *state;
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    struct buf lines;

    fake_world.grants = row->grants;
    fake_world.access = row->access;
    fake_world.button = row->button;
    fake_world.dialog = row->dialog;
    fake_world.slow = row->slow;
    fake_world.members = row->members;
    fake_world.own_grants = row->own_grants;
    fake_world.shut_out = row->shut_out;
    fake_world.intent = row->intent;
    fake_world.may = row->intent ? QUEUE_MAY_DOUBT : QUEUE_MAY_CALL;
    assert_true(act_answer(&row->act, outcome, &err));
    buf_init(&lines, 1 << 20);
    buf_addf(&lines, "%s", buf_text(&fake_world.emitted));
    outcome_lines(outcome, &lines);
    assert_string_equal(buf_text(&lines), row->lines);
    assert_int_equal(fake_world.beget_calls, row->beget_calls);
    buf_free(&lines);
    queue_outcome_free(outcome);
}

/* ---- every failure of the hosting API ---- */

struct failure_row {
    const char *name;
    enum beget_failure failure;
    const char *text; /* what the API says */
    const char *english;
    const char *russian;
};

/* clang-format off */
static struct failure_row failure_rows[] = {
    {"no connection to the hosting API",        BEGET_NOT_SENT,    "",
     "⚠️ Beget cannot be reached at the moment. Nothing was changed. Please try again in a minute.",
     "⚠️ Сейчас нет связи с Beget. Ничего не изменено. Попробуйте через минуту."},
    {"no answer in time",                       BEGET_NO_ANSWER,   "",
     "⚠️ Beget did not answer in time. Please try again in a minute.",
     "⚠️ Beget не ответил вовремя. Попробуйте через минуту."},
    {"an answer nobody can read",               BEGET_UNREADABLE,  "",
     "⚠️ Beget sent an answer that I cannot read. Usually this is maintenance on their side: please try again later.",
     "⚠️ Beget прислал ответ, который не удалось прочитать. Обычно это работы на их стороне: попробуйте позже."},
    {"a wrong password, of which nothing is told", BEGET_DENIED,   "Username/password incorrect",
     "⚠️ Beget refuses my login. The administrator should check that API access is switched on in Beget's panel and that the separate API password is set.",
     "⚠️ Beget не принимает мой вход. Администратору: проверьте, что в панели Beget включён доступ к API и задан отдельный пароль API."},
    {"a section that is switched off",          BEGET_SECTION_OFF, "Cannot access method dns",
     "⚠️ Access to this part of the API is switched off. The administrator can tick it in Beget's panel, in the API settings.",
     "⚠️ Доступ к этому разделу API выключен. Администратор может включить его в панели Beget, в настройках API."},
    {"the limit on requests",                   BEGET_LIMIT,       "Too many requests",
     "⚠️ Beget's limit on requests is used up. Please try again in a minute.",
     "⚠️ Лимит запросов к Beget исчерпан. Попробуйте через минуту."},
    {"a refused request",                       BEGET_INVALID,     "fqdn: <b>&\" is wrong",
     "⚠️ Beget refuses the request: fqdn: <b>&\" is wrong",
     "⚠️ Beget отклонил запрос: fqdn: <b>&\" is wrong"},
    {"a refused request without a reason",      BEGET_INVALID,     "",
     "⚠️ Beget refuses the request: no reason is given",
     "⚠️ Beget отклонил запрос: причина не указана"},
    {"a name the hosting API does not know",    BEGET_NOT_FOUND,   "Failed to get DNS records",
     "⚠️ Beget has no records to show for пример.рф: the name was never created on the account. (Names that begin with www. and were made automatically cannot be read either.)",
     "⚠️ У Beget нет записей для пример.рф: имя не создано на аккаунте. (Имена с www., созданные автоматически, тоже нельзя прочитать.)"},
    {"a method that failed",                    BEGET_FAILED,      "Сбой на сервере",
     "⚠️ Beget could not do it: Сбой на сервере",
     "⚠️ Beget не смог это сделать: Сбой на сервере"},
    {"a method that failed without a reason",   BEGET_FAILED,      "",
     "⚠️ Beget could not do it: no reason is given",
     "⚠️ Beget не смог это сделать: причина не указана"},
    {"a request the hosting API did not understand", BEGET_BAD_REQUEST, "No such method",
     "⚠️ Beget did not understand my request: No such method. This is a defect of the bot; please tell the administrator.",
     "⚠️ Beget не понял мой запрос: No such method. Это ошибка бота; сообщите администратору."},
};
/* clang-format on */

static void assert_says(const struct act *act, const char *sentence, const char *buttons)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    struct buf expected;
    struct buf lines;

    assert_true(act_answer(act, outcome, &err));
    buf_init(&lines, 1 << 20);
    buf_init(&expected, 1 << 20);
    outcome_lines(outcome, &lines);
    buf_addf(&expected, "send u9: %s\n%s\nevent dns xn--e1afmkfd.xn--p1ai error\n", sentence,
             buttons);
    assert_string_equal(buf_text(&lines), buf_text(&expected));
    assert_non_null(outcome_write(outcome, "HSET button:"));
    buf_free(&expected);
    buf_free(&lines);
    queue_outcome_free(outcome);
}

/* Whichever of the two calls of /dns fails, the sentence is the same and [Try again] is there. */
static void is_told(void **state)
{
    const struct failure_row *row = *state;
    const struct act english = {.chat_id = ADMIN, .text = "/dns пример.рф"};
    const struct act russian = {.chat_id = ADMIN, .text = "/dns пример.рф", .language = "ru"};

    for (int method = BEGET_DOMAINS; method <= BEGET_DNS_READ; method++) {
        set_account();
        if (method == BEGET_SUBDOMAINS) {
            continue; /* not asked for */
        }
        fake_world.answers[method] =
            (struct fake_answer){.failure = row->failure, .text = row->text};
        assert_says(&english, row->english, "[↻ Try again]\n[🏠 Menu]");
        assert_says(&russian, row->russian, "[↻ Повторить]\n[🏠 Меню]");
        fake_world.answers[method] = (struct fake_answer){.failure = BEGET_OK};
    }
}

/* Answers that are no failure of the API, and still not what it documents. */
static void an_answer_of_another_shape_cannot_be_read(void **state)
{
    static const char *const SHAPES[] = {"null", "false", "{}", "42", "\"text\""};
    const struct act act = {.chat_id = ADMIN, .text = "/dns xn--e1afmkfd.xn--p1ai"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(SHAPES); i++) {
        fake_world.answers[BEGET_DOMAINS].result = SHAPES[i];
        assert_says(&act, failure_rows[2].english, "[↻ Try again]\n[🏠 Menu]");
    }
    set_account();
    fake_world.answers[BEGET_DNS_READ].result = "null";
    assert_says(&act, failure_rows[2].english, "[↻ Try again]\n[🏠 Menu]");
}

static void try_again_leads_to_what_failed(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    const struct act act = {.chat_id = ADMIN, .text = "/dns shop.ru"};
    struct err err = ERR_INIT;

    (void)state;
    fake_world.answers[BEGET_DOMAINS].failure = BEGET_NO_ANSWER;
    assert_true(act_answer(&act, outcome, &err));
    assert_true(outcome_holds(outcome, " 0 dns 1 shop.ru"));
    queue_outcome_free(outcome);
}

/* ---- what nobody may learn ---- */

/* Without rights the answer is the same for a name that exists and for one that does not. */
static void a_refusal_does_not_tell_what_exists(void **state)
{
    static const char *const NAMES[] = {"shop.ru", "blog.shop.ru", "пример.рф", "gone.org", "ru"};
    struct buf lines;
    struct buf expected;

    (void)state;
    fake_world.grants = "other.com=EDCX";
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        struct queue_outcome *outcome = queue_outcome_new();
        struct act act = {.chat_id = COLLEAGUE};
        struct err err = ERR_INIT;
        char ascii[IDN_ASCII_SIZE];
        char text[64];

        (void)snprintf(text, sizeof(text), "/dns %s", NAMES[i]);
        act.text = text;
        assert_true(act_answer(&act, outcome, &err));
        assert_true(idn_to_ascii(NAMES[i], ascii, &err));
        buf_init(&lines, 10000);
        buf_init(&expected, 10000);
        outcome_lines(outcome, &lines);
        buf_addf(
            &expected,
            "send u9: ⚠️ You have no access to %s. The administrator can grant it; your chat "
            "id is 77.\n[🏠 Menu]\nevent dns %s refused\n",
            NAMES[i], ascii);
        assert_string_equal(buf_text(&lines), buf_text(&expected));
        assert_int_equal(fake_world.beget_calls, 0); /* nor does the time it takes */
        buf_free(&expected);
        buf_free(&lines);
        queue_outcome_free(outcome);
    }
}

static void a_foreign_press_changes_nothing(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    const struct act act = {
        .kind = UPDATE_CALLBACK, .chat_id = GROUP, .text = TOKEN ".0", .language = "ru"};
    struct err err = ERR_INIT;

    (void)state;
    fake_world.button = "chat=-100|user=8|0=dns 1 shop.ru";
    fake_world.grants = "shop.ru=EDCX";
    assert_true(act_answer(&act, outcome, &err));
    assert_int_equal(outcome_count(outcome, "answerCallbackQuery"), 1);
    assert_int_equal(outcome_count(outcome, "editMessageText"), 0);
    assert_int_equal(outcome_count(outcome, "sendMessage"), 0);
    assert_null(outcome_write(outcome, ""));
    queue_outcome_free(outcome);
}

/* ---- the calls themselves ---- */

static void a_message_is_sent_as_html_without_a_preview(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    const struct act act = {.chat_id = GROUP, .text = "/domains", .topic = 5};
    struct err err = ERR_INIT;
    struct json *payload;
    bool disabled = false;
    int64_t number = 0;

    (void)state;
    assert_true(act_answer(&act, outcome, &err));
    payload = json_parse(outcome_payload(outcome, "sendMessage"),
                         strlen(outcome_payload(outcome, "sendMessage")), &err);
    assert_non_null(payload);
    assert_string_equal(json_text(payload, "parse_mode"), "HTML");
    assert_true(json_bool(payload, "link_preview_options.is_disabled", &disabled) && disabled);
    assert_true(json_int(payload, "chat_id", &number));
    assert_int_equal(number, GROUP);
    assert_true(json_int(payload, "message_thread_id", &number));
    assert_int_equal(number, 5);
    json_free(payload);
    queue_outcome_free(outcome);
}

/* Fills a message with `unit` behind `begin`, as far as Telegram lets people type. */
static void assert_short_answer(const char *begin, const char *unit)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct act act = {.chat_id = ADMIN};
    struct err err = ERR_INIT;
    struct buf text;
    struct buf lines;

    buf_init(&text, 1 << 20);
    buf_init(&lines, 1 << 20);
    buf_addf(&text, "%s", begin);
    while (text.len < (size_t)4096 * strlen(unit)) {
        buf_addf(&text, "%s", unit);
    }
    act.text = buf_text(&text);
    assert_true(act_answer(&act, outcome, &err));
    outcome_lines(outcome, &lines); /* checks the markup */
    assert_in_range(utf8_count(buf_text(&lines), lines.len), 1, 1500);
    buf_free(&lines);
    buf_free(&text);
    queue_outcome_free(outcome);
}

static void whatever_is_typed_the_answer_is_short_enough(void **state)
{
    static const char *const BEGINS[] = {"", "/", "/dns ", "/domains ", "/chats ", "/help ", "/x "};
    static const char *const UNITS[] = {"a", "<", "\"", "😀", "ж", "a.", " ", "\n"};

    (void)state;
    for (size_t begin = 0; begin < ARRAY_LEN(BEGINS); begin++) {
        for (size_t unit = 0; unit < ARRAY_LEN(UNITS); unit++) {
            assert_short_answer(BEGINS[begin], UNITS[unit]);
        }
    }
}

static void an_update_that_cannot_be_read_is_rejected(void **state)
{
    static const char *const PAYLOADS[] = {"", "{", "[]", "null"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(PAYLOADS); i++) {
        struct queue_outcome *outcome = queue_outcome_new();
        struct act act = {.chat_id = ADMIN, .text = "/help", .payload = PAYLOADS[i]};
        struct err err = ERR_INIT;

        assert_false(act_answer(&act, outcome, &err));
        assert_int_equal(err.kind, ERR_REJECT);
        queue_outcome_free(outcome);
    }
}

/* ---- every outside call fails in turn ---- */

struct torture_row {
    const char *name;
    struct act act;
    bool slow;
    bool fail_after;
    enum err_kind kind;
    const char *button; /* NULL: of the domain */
};

#define HOLDERS "chat=42|user=7|0=holders 1 shop.ru"
#define ADMINS                                                        \
    {                                                                 \
        .kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0" \
    }
#define TYPED                                                \
    {                                                        \
        .chat_id = COLLEAGUE, .text = "/dns@our_bot shop.ru" \
    }
#define GROUPED                                  \
    {                                            \
        .chat_id = GROUP, .text = "/dns shop.ru" \
    }
#define PRESSED                                                           \
    {                                                                     \
        .kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0" \
    }

/* clang-format off */
static struct torture_row torture_rows[] = {
    {"a command, each call fails before its work",      TYPED,   false, false, ERR_RETRY,   NULL},
    {"a command, each call fails after its work",       TYPED,   false, true,  ERR_RETRY,   NULL},
    {"a command, shutdown at each call",                TYPED,   false, false, ERR_STOPPED, NULL},
    {"in a group, each call fails before its work",     GROUPED, false, false, ERR_RETRY,   NULL},
    {"in a group, each call fails after its work",      GROUPED, false, true,  ERR_RETRY,   NULL},
    {"a press, each call fails before its work",        PRESSED, false, false, ERR_RETRY,   NULL},
    {"a press, each call fails after its work",         PRESSED, false, true,  ERR_RETRY,   NULL},
    {"a press, shutdown at each call",                  PRESSED, false, false, ERR_STOPPED, NULL},
    {"a slow command, each call fails before its work", TYPED,   true,  false, ERR_RETRY,   NULL},
    {"a slow command, each call fails after its work",  TYPED,   true,  true,  ERR_RETRY,   NULL},
    {"a slow press, each call fails before its work",   PRESSED, true,  false, ERR_RETRY,   NULL},
    {"a slow press, each call fails after its work",    PRESSED, true,  true,  ERR_RETRY,   NULL},
    {"rights looked at, each call fails before its work", ADMINS, false, false, ERR_RETRY,   HOLDERS},
    {"rights looked at, each call fails after its work", ADMINS, false, true,  ERR_RETRY,   HOLDERS},
    {"rights looked at, shutdown at each call",         ADMINS,  false, false, ERR_STOPPED, HOLDERS},
};
/* clang-format on */

/* Answers without a failure and appends what that brings, progress aside. */
static void add_clean_answer(const struct act *act, struct buf *out)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;

    assert_true(act_answer(act, outcome, &err));
    outcome_lines(outcome, out);
    queue_outcome_free(outcome);
}

/* The answer is complete, however its progress fared: the message and its event are there. */
static void assert_complete(const struct act *act, const struct queue_outcome *outcome)
{
    bool press = act->kind == UPDATE_CALLBACK;

    assert_int_equal(outcome_count(outcome, press ? "editMessageText" : "sendMessage"), 1);
    assert_in_range(outcome_count(outcome, "answerCallbackQuery"), 0, press ? 1 : 0);
    assert_non_null(outcome_write(outcome, "EXPIRE button:"));
}

/* Breaks call 1, then call 2, ... until an answer needs no more calls than that. */
static void any_call_may_fail(void **state)
{
    const struct torture_row *row = *state;
    struct buf clean;

    fake_world.grants = "shop.ru=";
    fake_world.own_grants = "shop.ru=";
    fake_world.members = "-100=1";
    fake_world.access = "77=Boris|-100=Team";
    fake_world.button = row->button ? row->button : "chat=77|user=7|0=domain 1 shop.ru";
    buf_init(&clean, 1 << 20);
    fake_world.slow = row->slow;
    add_clean_answer(&row->act, &clean);
    for (int n = 1;; n++) {
        struct queue_outcome *outcome = queue_outcome_new();
        struct err err = ERR_INIT;
        struct buf again;
        bool ok;

        fake_world.fail_at = n;
        fake_world.fail_after = row->fail_after;
        fake_world.kind = row->kind;
        ok = act_answer(&row->act, outcome, &err);
        fake_world.fail_at = 0;
        if (ok) { /* nothing broke, or only progress did */
            assert_complete(&row->act, outcome);
        } else {
            assert_int_equal(err.kind, row->kind);
        }
        queue_outcome_free(outcome);
        if (!fake_world.broken) {
            assert_true(ok && n > fake_world.calls);
            break;
        }
        buf_init(&again, 1 << 20); /* the redelivery: as if nothing had happened */
        add_clean_answer(&row->act, &again);
        assert_string_equal(buf_text(&again), buf_text(&clean));
        buf_free(&again);
    }
    buf_free(&clean);
}

/* Another worker has the update: nothing more is said on the way, and the answer will be refused.
 */
static void a_lost_update_is_answered_for_nobody(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    const struct act act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"};
    struct err err = ERR_INIT;

    (void)state;
    fake_world.button = "chat=42|user=7|0=domain 1 shop.ru";
    fake_world.slow = true;
    fake_world.lost = true;
    assert_true(act_answer(&act, outcome, &err));
    assert_complete(&act, outcome);
    queue_outcome_free(outcome);
}

/* ---- all of them ---- */

static const struct CMUnitTest PLAIN_TESTS[] = {
    cmocka_unit_test_setup_teardown(an_answer_of_another_shape_cannot_be_read, set_world,
                                    free_world),
    cmocka_unit_test_setup_teardown(try_again_leads_to_what_failed, set_world, free_world),
    cmocka_unit_test_setup_teardown(a_refusal_does_not_tell_what_exists, set_world, free_world),
    cmocka_unit_test_setup_teardown(a_foreign_press_changes_nothing, set_world, free_world),
    cmocka_unit_test_setup_teardown(a_message_is_sent_as_html_without_a_preview, set_world,
                                    free_world),
    cmocka_unit_test_setup_teardown(whatever_is_typed_the_answer_is_short_enough, set_world,
                                    free_world),
    cmocka_unit_test_setup_teardown(an_update_that_cannot_be_read_is_rejected, set_world,
                                    free_world),
    cmocka_unit_test_setup_teardown(a_lost_update_is_answered_for_nobody, set_world, free_world),
};

static struct CMUnitTest row_test(const char *name, CMUnitTestFunction test, void *row)
{
    return (struct CMUnitTest){.name = name,
                               .test_func = test,
                               .setup_func = set_world,
                               .teardown_func = free_world,
                               .initial_state = row};
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(step_rows) +
                            ARRAY_LEN(failure_rows) + ARRAY_LEN(torture_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(step_rows); i++) {
        tests[count++] = row_test(step_rows[i].name, brings, &step_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(failure_rows); i++) {
        tests[count++] = row_test(failure_rows[i].name, is_told, &failure_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(torture_rows); i++) {
        tests[count++] = row_test(torture_rows[i].name, any_call_may_fail, &torture_rows[i]);
    }
    return cmocka_run_group_tests_name("chat_step", tests, NULL, NULL);
}
