/* SPDX-License-Identifier: MIT */
/* Every screen as people see it, in both languages, drawn from scenes made by hand. */
#include "worker/chat/screens.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"
#include "tests/unit/chat/fake_state.h"
#include "tests/unit/chat/page_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- scenes ---- */

struct scene_row {
    const char *name;
    enum language language;
    const char *target;     /* as kept in Redis                                        */
    const char *grants;     /* see fake_hash(); NULL: an admin                         */
    const char *domains;    /* JSON, as the hosting API lists them                     */
    const char *subdomains; /* the same                                                */
    const char *zone;       /* JSON, as the hosting API tells it; NULL: not asked for  */
    const char *lines;      /* what people see: text, then the rows of buttons         */
};

static struct json *parse(const char *text)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &err);

    if (!json) {
        fail_msg("%s: %s", err.message, text);
    }
    return json;
}

static void read_names(const char *text, bool subdomains, struct account_names *out)
{
    struct json *json = parse(text ? text : "[]");
    struct err err = ERR_INIT;

    assert_true(account_names_read(json, subdomains, out, &err));
    json_free(json);
}

/* Returns the grants that the scene borrows; the caller frees them with free_scene(). */
static struct state_hash *set_scene(const struct scene_row *row, struct scene *scene)
{
    struct state_hash *grants = row->grants ? fake_hash(row->grants) : NULL;
    struct err err = ERR_INIT;

    *scene = (struct scene){.language = row->language, .subject = 4242};
    assert_true(target_parse(row->target, &scene->target, &err));
    scene->rights.admin = row->grants == NULL;
    scene->rights.grants = grants;
    read_names(row->domains, false, &scene->domains);
    read_names(row->subdomains, true, &scene->subdomains);
    if (row->zone) {
        struct json *json = parse(row->zone);

        assert_true(dns_zone_read(json, &scene->zone, &err));
        json_free(json);
    }
    return grants;
}

static void free_scene(struct scene *scene, struct state_hash *grants)
{
    account_names_free(&scene->domains);
    account_names_free(&scene->subdomains);
    dns_zone_free(&scene->zone);
    state_hash_free(grants);
}

static void draw(const struct scene *scene, struct page *page)
{
    page_init(page, scene->language);
    SCREENS[scene->target.screen].draw(scene, page);
    page_assert_sendable(page);
}

/* ---- goldens ---- */

/* clang-format off */
#define D(id, name, expires) "{\"id\":\"" id "\",\"fqdn\":\"" name "\",\"date_expire\":\"" expires "\"}"
#define S(id, name)          "{\"id\":" id ",\"domain_id\":1,\"fqdn\":\"" name "\"}"

#define FIFTY "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx"
#define ONE   "[" D("1", "shop.ru", "2027-03-11") "]"
#define THREE "[" D("1", "shop.ru", "2027-03-11") "," D("2", "пример.рф", "0000-00-00") "," D("3", "example.com", "") "]"
#define NINE                                                                                      \
    "[" D("1", "a1.ru", "") "," D("2", "a2.ru", "") "," D("3", "a3.ru", "") ","                   \
    D("4", "a4.ru", "") "," D("5", "a5.ru", "") "," D("6", "a6.ru", "") ","                       \
    D("7", "a7.ru", "") "," D("8", "a8.ru", "") "," D("9", "a9.ru", "") "]"
#define LONG  "[" D("1", FIFTY "." FIFTY "." FIFTY "." FIFTY ".abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst.ru", "") "]"
#define SUBS  "[" S("10", "blog.shop.ru") "," S("11", "www.blog.shop.ru") "," S("12", "магазин.пример.рф") "]"
#define MANY_SUBS                                                                                 \
    "[" S("1", "s1.shop.ru") "," S("2", "s2.shop.ru") "," S("3", "s3.shop.ru") ","                \
    S("4", "s4.shop.ru") "," S("5", "s5.shop.ru") "," S("6", "s6.shop.ru") ","                    \
    S("7", "s7.shop.ru") "," S("8", "s8.shop.ru") "," S("9", "a.b.c.shop.ru") "]"

#define RECORDS(type, rest) "{\"is_beget_dns\":1,\"set_type\":" type ",\"records\":{" rest "}}"
#define A(ttl, address)     "{\"ttl\":" ttl ",\"address\":\"" address "\"}"
#define MX(preference, to)  "{\"ttl\":300,\"exchange\":\"" to "\",\"preference\":" preference "}"
#define TXT(text)           "{\"ttl\":600,\"txtdata\":\"" text "\"}"
#define V(text)             "{\"value\":\"" text "\"}"

#define EVERY_TYPE                                                                                \
    RECORDS("1", "\"A\":[" A("600", "203.0.113.1") "," A("600", "203.0.113.2") "],"               \
    "\"AAAA\":[" A("600", "2001:db8::1") "],"                                                     \
    "\"MX\":[" MX("20", "mx2.beget.com.") "," MX("10", "mx1.beget.com.") "],"                     \
    "\"TXT\":[" TXT("v=spf1 redirect=beget.com") "],"                                             \
    "\"CAA\":[{\"ttl\":600,\"flags\":0,\"tag\":\"issue\",\"value\":\"letsencrypt.org\"}],"        \
    "\"SRV\":[{\"ttl\":600,\"priority\":1,\"weight\":2,\"port\":5060,\"target\":\"sip.shop.ru.\"}]," \
    "\"DNS\":[" V("ns1.beget.com") "," V("ns2.beget.com") "],\"DNS_IP\":[" V("5.101.159.11") "]")
#define MIXED_TTL                                                                                 \
    RECORDS("1", "\"A\":[" A("600", "203.0.113.1") "," A("300", "203.0.113.2") ","                \
    A("0", "203.0.113.3") "],\"TXT\":[" TXT("one") "," TXT("two") "]")
#define ALIAS     RECORDS("3", "\"CNAME\":[{\"ttl\":600,\"cname\":\"shops.myinsales.ru.\"}]")
#define DELEGATED RECORDS("2", "\"NS\":[{\"ttl\":600,\"nsdname\":\"ns1.other.net.\"},{\"ttl\":600,\"nsdname\":\"ns2.other.net.\"}]")
#define ELSEWHERE                                                                                 \
    "{\"is_beget_dns\":false,\"set_type\":1,\"records\":{\"A\":[" A("600", "203.0.113.1") "],"    \
    "\"DNS\":[" V("ns1.other.net") "]}}"
#define UNKNOWN   RECORDS("1", "\"A\":[" A("600", "203.0.113.1") "],\"TLSA\":[{\"data\":\"1\"},{\"data\":\"2\"}],\"HTTPS\":[{}]")
#define HOSTILE                                                                                   \
    RECORDS("1", "\"A\":[" A("600", "<b>1&2</b>") "],\"MX\":[" MX("10", "</code>&lt;") "],"       \
    "\"TXT\":[" TXT("v=\\\"<a href='x'>\\\" 😀") "],"                                              \
    "\"CAA\":[{\"ttl\":600,\"flags\":128,\"tag\":\"<i>\",\"value\":\"\\\"&\\\"\"}],"              \
    "\"DNS\":[" V("<ns>") "]")
#define CYRILLIC  RECORDS("1", "\"TXT\":[" TXT("Привет, мир — ёлка №1") "]")

static struct scene_row scene_rows[] = {
    {"the menu", LANGUAGE_EN, "menu 1 -", NULL,
     NULL, NULL, NULL,
     "Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[👑 Administration]\n"
     "[❔ Help]"},
    {"the menu of a colleague", LANGUAGE_EN, "menu 1 -", "",
     NULL, NULL, NULL,
     "Beget Manager\n"
     "Your hosting, from this chat. What would you like to look at?\n"
     "[🌐 Domains]\n"
     "[❔ Help]"},
    {"the menu in Russian", LANGUAGE_RU, "menu 1 -", NULL,
     NULL, NULL, NULL,
     "Beget Manager\n"
     "Ваш хостинг из этого чата. Что показать?\n"
     "[🌐 Домены]\n"
     "[👑 Управление]\n"
     "[❔ Справка]"},
    {"help lists every command", LANGUAGE_EN, "help 1 -", "",
     NULL, NULL, NULL,
     "What I can do\n"
     "\n"
     "/start — main menu\n"
     "/domains [FILTER] — domains, all or those that contain a text\n"
     "/sub [add|del] NAME — subdomains of a domain; add NAME creates one, del NAME deletes one\n"
     "/dns NAME [add|del|set|history|undo …] — DNS records of a name; add, del, set and undo change them: /dns tells how\n"
     "/language [ru|en] — the language I speak with you\n"
     "/cancel — leave what I am asking you\n"
     "/help — this list\n"
     "\n"
     "Names may be typed in Cyrillic. Everything is also reachable by the buttons.\n"
     "[🗣 Language]\n"
     "[🏠 Menu]"},
    {"help in Russian", LANGUAGE_RU, "help 1 -", NULL,
     NULL, NULL, NULL,
     "Что я умею\n"
     "\n"
     "/start — главное меню\n"
     "/domains [FILTER] — домены: все или с текстом в имени\n"
     "/sub [add|del] NAME — поддомены домена; add ИМЯ создаёт, del ИМЯ удаляет\n"
     "/dns NAME [add|del|set|history|undo …] — записи DNS имени; add, del, set и undo меняют их: как — скажет /dns\n"
     "/admin — кто пользуется ботом и что ему можно\n"
     "/chats [FILTER] — чаты, которым доступен бот: все или с текстом в заметке\n"
     "/allow CHAT_ID [NOTE] — открыть чату бота\n"
     "/deny CHAT_ID — закрыть чату бота и забрать все права\n"
     "/grant CHAT_ID NAME [E][D][C][X] — права на имя: E менять DNS, D удалять DNS, C создавать, X удалять поддомены; без букв — смотреть\n"
     "/revoke CHAT_ID NAME — забрать права на имя\n"
     "/members CHAT_ID on|off — действует ли каждый в группе со своими правами\n"
     "/logs [FILTER] — кто что сделал; с именем, человеком или действием: только это; all: с просмотрами\n"
     "/status — как всё работает: что ждёт, кто работает, что застряло\n"
     "/language [ru|en] — язык, на котором я с вами говорю\n"
     "/cancel — выйти из вопроса, который я задал\n"
     "/help — этот список\n"
     "\n"
     "Имена можно писать кириллицей. Всё доступно и кнопками.\n"
     "[🗣 Язык]\n"
     "[🏠 Меню]"},
    {"an account without domains", LANGUAGE_EN, "domains 1 -", NULL,
     NULL, NULL, NULL,
     "There is no domain on this account yet.\n"
     "[🏠 Menu]"},
    {"an account without domains in Russian", LANGUAGE_RU, "domains 1 -", NULL,
     NULL, NULL, NULL,
     "На этом аккаунте пока нет доменов.\n"
     "[🏠 Меню]"},
    {"one domain", LANGUAGE_EN, "domains 1 -", NULL,
     ONE, NULL, NULL,
     "Domains: 1\n"
     "[shop.ru]\n"
     "[🏠 Menu]"},
    {"domains keep the account's order", LANGUAGE_EN, "domains 1 -", NULL,
     THREE, NULL, NULL,
     "Domains: 3\n"
     "[shop.ru]\n"
     "[пример.рф]\n"
     "[example.com]\n"
     "[🏠 Menu]"},
    {"domains in Russian", LANGUAGE_RU, "domains 1 -", NULL,
     THREE, NULL, NULL,
     "Домены: 3\n"
     "[shop.ru]\n"
     "[пример.рф]\n"
     "[example.com]\n"
     "[🏠 Меню]"},
    {"nine domains make two pages", LANGUAGE_EN, "domains 1 -", NULL,
     NINE, NULL, NULL,
     "Domains: 9\n"
     "[a1.ru]\n"
     "[a2.ru]\n"
     "[a3.ru]\n"
     "[a4.ru]\n"
     "[a5.ru]\n"
     "[a6.ru]\n"
     "[a7.ru]\n"
     "[a8.ru]\n"
     "[‹] [1 / 2] [›]\n"
     "[🔎 Find]\n"
     "[🏠 Menu]"},
    {"the last page of nine domains", LANGUAGE_EN, "domains 2 -", NULL,
     NINE, NULL, NULL,
     "Domains: 9\n"
     "[a9.ru]\n"
     "[‹] [2 / 2] [›]\n"
     "[🔎 Find]\n"
     "[🏠 Menu]"},
    {"a page past the end is the last", LANGUAGE_RU, "domains 99 -", NULL,
     NINE, NULL, NULL,
     "Домены: 9\n"
     "[a9.ru]\n"
     "[‹] [2 / 2] [›]\n"
     "[🔎 Найти]\n"
     "[🏠 Меню]"},
    {"a name of 253 bytes is shortened", LANGUAGE_EN, "domains 1 -", NULL,
     LONG, NULL, NULL,
     "Domains: 1\n"
     "[abcdefghijklmnopqrstuvwx…abcdefghijklmnopqrst.ru]\n"
     "[🏠 Menu]"},
    {"a filter", LANGUAGE_EN, "domains 1 - shop", NULL,
     THREE, NULL, NULL,
     "Domains with «shop»: 1\n"
     "[shop.ru]\n"
     "[Show all]\n"
     "[🏠 Menu]"},
    {"a filter in capitals", LANGUAGE_EN, "domains 1 - SHOP.R", NULL,
     THREE, NULL, NULL,
     "Domains with «SHOP.R»: 1\n"
     "[shop.ru]\n"
     "[Show all]\n"
     "[🏠 Menu]"},
    {"a filter in Cyrillic", LANGUAGE_RU, "domains 1 - Приме", NULL,
     THREE, NULL, NULL,
     "Домены с «Приме»: 1\n"
     "[пример.рф]\n"
     "[Показать все]\n"
     "[🏠 Меню]"},
    {"a filter in punycode finds Cyrillic", LANGUAGE_EN, "domains 1 - xn--p1", NULL,
     THREE, NULL, NULL,
     "Domains with «xn--p1»: 1\n"
     "[пример.рф]\n"
     "[Show all]\n"
     "[🏠 Menu]"},
    {"a filter that finds nothing", LANGUAGE_EN, "domains 1 - zoo", NULL,
     THREE, NULL, NULL,
     "No domain contains «zoo».\n"
     "[Show all]\n"
     "[🏠 Menu]"},
    {"a filter that finds nothing, in Russian", LANGUAGE_RU, "domains 1 - <b>&\"", NULL,
     THREE, NULL, NULL,
     "Нет доменов с «<b>&\"» в имени.\n"
     "[Показать все]\n"
     "[🏠 Меню]"},
    {"a filtered list keeps its filter over pages", LANGUAGE_EN, "domains 2 - A", NULL,
     NINE, NULL, NULL,
     "Domains with «A»: 9\n"
     "[a9.ru]\n"
     "[‹] [2 / 2] [›]\n"
     "[Show all]\n"
     "[🏠 Menu]"},
    {"a colleague sees what is granted", LANGUAGE_EN, "domains 1 -", "example.com=|blog.shop.ru=E",
     THREE, NULL, NULL,
     "Domains: 2\n"
     "[shop.ru]\n"
     "[example.com]\n"
     "[🏠 Menu]"},
    {"a colleague without rights sees no name", LANGUAGE_EN, "domains 1 -", "",
     THREE, NULL, NULL,
     "You have no access to any domain yet. Please ask the administrator for it; your chat id is 4242.\n"
     "[🏠 Menu]"},
    {"a colleague without rights, in Russian", LANGUAGE_RU, "domains 1 -", "gone.ru=",
     THREE, NULL, NULL,
     "У вас пока нет доступа ни к одному домену. Попросите администратора; номер вашего чата 4242.\n"
     "[🏠 Меню]"},
    {"a colleague's filter does not tell what exists", LANGUAGE_EN, "domains 1 - пример", "shop.ru=",
     THREE, NULL, NULL,
     "No domain contains «пример».\n"
     "[Show all]\n"
     "[🏠 Menu]"},
    {"a domain", LANGUAGE_EN, "domain 1 shop.ru", NULL,
     THREE, SUBS, NULL,
     "shop.ru\n"
     "Paid until 2027-03-11\n"
     "[DNS records]\n"
     "[Subdomains (2)]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a domain in Russian, shown in Cyrillic", LANGUAGE_RU, "domain 1 xn--e1afmkfd.xn--p1ai", NULL,
     THREE, SUBS, NULL,
     "пример.рф\n"
     "[Записи DNS]\n"
     "[Поддомены (1)]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a domain of which only a part is granted", LANGUAGE_EN, "domain 1 shop.ru", "blog.shop.ru=",
     THREE, SUBS, NULL,
     "shop.ru\n"
     "[Subdomains (2)]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a domain that is gone meanwhile", LANGUAGE_EN, "domain 1 gone.ru", NULL,
     THREE, SUBS, NULL,
     "gone.ru\n"
     "[DNS records]\n"
     "[Subdomains (0)]\n"
     "[‹ Back] [🏠 Menu]"},
    {"subdomains", LANGUAGE_EN, "subdomains 1 shop.ru", NULL,
     THREE, SUBS, NULL,
     "Subdomains of shop.ru: 2\n"
     "[blog.shop.ru]\n"
     "[www.blog.shop.ru]\n"
     "[➕ Add subdomain]\n"
     "[‹ Back] [🏠 Menu]"},
    {"subdomains in Russian", LANGUAGE_RU, "subdomains 1 xn--e1afmkfd.xn--p1ai", NULL,
     THREE, SUBS, NULL,
     "Поддомены пример.рф: 1\n"
     "[магазин.пример.рф]\n"
     "[➕ Добавить поддомен]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"no subdomains", LANGUAGE_EN, "subdomains 1 example.com", NULL,
     THREE, SUBS, NULL,
     "example.com has no subdomains that you may see.\n"
     "[➕ Add subdomain]\n"
     "[‹ Back] [🏠 Menu]"},
    {"no subdomains in Russian", LANGUAGE_RU, "subdomains 1 example.com", NULL,
     THREE, SUBS, NULL,
     "У example.com нет поддоменов, которые вам видны.\n"
     "[➕ Добавить поддомен]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"subdomains that a colleague may see", LANGUAGE_EN, "subdomains 1 shop.ru", "blog.shop.ru=",
     THREE, SUBS, NULL,
     "Subdomains of shop.ru: 2\n"
     "[blog.shop.ru]\n"
     "[www.blog.shop.ru]\n"
     "[‹ Back] [🏠 Menu]"},
    {"who may create subdomains is offered it", LANGUAGE_EN, "subdomains 1 shop.ru", "shop.ru=C",
     THREE, "[]", NULL,
     "shop.ru has no subdomains that you may see.\n"
     "[➕ Add subdomain]\n"
     "[‹ Back] [🏠 Menu]"},
    {"who may only delete them is not", LANGUAGE_EN, "subdomains 1 shop.ru", "shop.ru=EDX",
     THREE, "[]", NULL,
     "shop.ru has no subdomains that you may see.\n"
     "[‹ Back] [🏠 Menu]"},
    {"who may delete a subdomain is offered it", LANGUAGE_EN, "dns 1 blog.shop.ru", "blog.shop.ru=X",
     THREE, NULL, ALIAS,
     "DNS of blog.shop.ru\n"
     "This name is an alias (CNAME) of another.\n"
     "\n"
     "CNAME · TTL 600 s\n"
     "shops.myinsales.ru\n"
     "[↻ Refresh]\n"
     "[🗑 Delete subdomain]\n"
     "[‹ Back] [🏠 Menu]"},
    {"who may create and edit is not offered to delete", LANGUAGE_EN, "dns 1 blog.shop.ru", "shop.ru=EDC",
     THREE, NULL, ALIAS,
     "DNS of blog.shop.ru\n"
     "This name is an alias (CNAME) of another.\n"
     "\n"
     "CNAME · TTL 600 s\n"
     "shops.myinsales.ru\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[‹ Back] [🏠 Menu]"},
    {"pages of subdomains", LANGUAGE_EN, "subdomains 2 shop.ru", NULL,
     ONE, MANY_SUBS, NULL,
     "Subdomains of shop.ru: 9\n"
     "[a.b.c.shop.ru]\n"
     "[‹] [2 / 2] [›]\n"
     "[🔎 Find]\n"
     "[➕ Add subdomain]\n"
     "[‹ Back] [🏠 Menu]"},
    {"subdomains with a text", LANGUAGE_EN, "subdomains 1 shop.ru WWW", NULL,
     THREE, SUBS, NULL,
     "Subdomains of shop.ru with «WWW»: 1\n"
     "[www.blog.shop.ru]\n"
     "[Show all]\n"
     "[➕ Add subdomain]\n"
     "[‹ Back] [🏠 Menu]"},
    {"no subdomain with a text, in Russian", LANGUAGE_RU, "subdomains 1 xn--e1afmkfd.xn--p1ai zoo", NULL,
     THREE, SUBS, NULL,
     "Нет поддоменов пример.рф с «zoo» в имени.\n"
     "[Показать все]\n"
     "[➕ Добавить поддомен]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a search does not tell what exists", LANGUAGE_EN, "subdomains 1 shop.ru shop", "blog.shop.ru=",
     THREE, "[]", NULL,
     "No subdomain of shop.ru contains «shop».\n"
     "[Show all]\n"
     "[‹ Back] [🏠 Menu]"},
    {"records of every type", LANGUAGE_EN, "dns 1 shop.ru", NULL,
     THREE, NULL, EVERY_TYPE,
     "DNS of shop.ru\n"
     "🔒 The records of this name can be changed in Beget's panel only: the API cannot write CAA and SRV, and any change through it would delete them.\n"
     "\n"
     "A · TTL 600 s\n"
     "203.0.113.1\n"
     "203.0.113.2\n"
     "\n"
     "AAAA · TTL 600 s\n"
     "2001:db8::1\n"
     "\n"
     "MX · TTL 300 s\n"
     "10 mx1.beget.com\n"
     "20 mx2.beget.com\n"
     "\n"
     "TXT · TTL 600 s\n"
     "v=spf1 redirect=beget.com\n"
     "\n"
     "CAA · TTL 600 s\n"
     "0 issue letsencrypt.org\n"
     "\n"
     "SRV · TTL 600 s\n"
     "1 2 5060 sip.shop.ru\n"
     "\n"
     "Name servers\n"
     "ns1.beget.com\n"
     "ns2.beget.com\n"
     "\n"
     "Addresses of the name servers\n"
     "5.101.159.11\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[‹ Back] [🏠 Menu]"},
    {"records of every type in Russian", LANGUAGE_RU, "dns 1 shop.ru", NULL,
     THREE, NULL, EVERY_TYPE,
     "DNS shop.ru\n"
     "🔒 Записи этого имени можно менять только в панели Beget: API не умеет записывать CAA и SRV, любое изменение через него их удалит.\n"
     "\n"
     "A · TTL 600 с\n"
     "203.0.113.1\n"
     "203.0.113.2\n"
     "\n"
     "AAAA · TTL 600 с\n"
     "2001:db8::1\n"
     "\n"
     "MX · TTL 300 с\n"
     "10 mx1.beget.com\n"
     "20 mx2.beget.com\n"
     "\n"
     "TXT · TTL 600 с\n"
     "v=spf1 redirect=beget.com\n"
     "\n"
     "CAA · TTL 600 с\n"
     "0 issue letsencrypt.org\n"
     "\n"
     "SRV · TTL 600 с\n"
     "1 2 5060 sip.shop.ru\n"
     "\n"
     "Серверы имён\n"
     "ns1.beget.com\n"
     "ns2.beget.com\n"
     "\n"
     "Адреса серверов имён\n"
     "5.101.159.11\n"
     "[↻ Обновить]\n"
     "[✏️ Изменить записи] [➕ Добавить запись]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a TTL that differs stands at each record", LANGUAGE_EN, "dns 1 shop.ru", NULL,
     THREE, NULL, MIXED_TTL,
     "DNS of shop.ru\n"
     "\n"
     "A\n"
     "203.0.113.1 · TTL 600 s\n"
     "203.0.113.2 · TTL 300 s\n"
     "203.0.113.3\n"
     "\n"
     "TXT · TTL 600 s\n"
     "one\n"
     "two\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a name without records", LANGUAGE_EN, "dns 1 shop.ru", NULL,
     THREE, NULL, RECORDS("1", ""),
     "DNS of shop.ru\n"
     "This name has no records.\n"
     "[↻ Refresh]\n"
     "[➕ Add record]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a name without records in Russian", LANGUAGE_RU, "dns 1 xn--e1afmkfd.xn--p1ai", NULL,
     THREE, NULL, RECORDS("1", ""),
     "DNS пример.рф\n"
     "У этого имени нет записей.\n"
     "[↻ Обновить]\n"
     "[➕ Добавить запись]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a name whose records the API left out", LANGUAGE_EN, "dns 1 shop.ru", NULL,
     THREE, NULL, "{\"set_type\":1}",
     "DNS of shop.ru\n"
     "This name has no records.\n"
     "[↻ Refresh]\n"
     "[➕ Add record]\n"
     "[‹ Back] [🏠 Menu]"},
    {"an alias", LANGUAGE_EN, "dns 1 blog.shop.ru", NULL,
     THREE, NULL, ALIAS,
     "DNS of blog.shop.ru\n"
     "This name is an alias (CNAME) of another.\n"
     "\n"
     "CNAME · TTL 600 s\n"
     "shops.myinsales.ru\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[🗑 Delete subdomain]\n"
     "[‹ Back] [🏠 Menu]"},
    {"an alias in Russian", LANGUAGE_RU, "dns 1 blog.shop.ru", NULL,
     THREE, NULL, ALIAS,
     "DNS blog.shop.ru\n"
     "Это имя — псевдоним (CNAME) другого.\n"
     "\n"
     "CNAME · TTL 600 с\n"
     "shops.myinsales.ru\n"
     "[↻ Обновить]\n"
     "[✏️ Изменить записи] [➕ Добавить запись]\n"
     "[🗑 Удалить поддомен]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a name with its own name servers", LANGUAGE_EN, "dns 1 lab.shop.ru", NULL,
     THREE, NULL, DELEGATED,
     "DNS of lab.shop.ru\n"
     "This name is delegated to its own name servers (NS).\n"
     "\n"
     "NS · TTL 600 s\n"
     "ns1.other.net\n"
     "ns2.other.net\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[🗑 Delete subdomain]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a name with its own name servers in Russian", LANGUAGE_RU, "dns 1 lab.shop.ru", NULL,
     THREE, NULL, DELEGATED,
     "DNS lab.shop.ru\n"
     "Это имя делегировано на свои серверы имён (NS).\n"
     "\n"
     "NS · TTL 600 с\n"
     "ns1.other.net\n"
     "ns2.other.net\n"
     "[↻ Обновить]\n"
     "[✏️ Изменить записи] [➕ Добавить запись]\n"
     "[🗑 Удалить поддомен]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a domain delegated elsewhere", LANGUAGE_EN, "dns 1 example.com", NULL,
     THREE, NULL, ELSEWHERE,
     "DNS of example.com\n"
     "⚠️ The domain is delegated to other name servers: these records are kept at Beget but nobody is asked for them.\n"
     "\n"
     "A · TTL 600 s\n"
     "203.0.113.1\n"
     "\n"
     "Name servers\n"
     "ns1.other.net\n"
     "[↻ Refresh]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a domain delegated elsewhere, in Russian", LANGUAGE_RU, "dns 1 example.com", NULL,
     THREE, NULL, ELSEWHERE,
     "DNS example.com\n"
     "⚠️ Домен делегирован на другие серверы имён: эти записи хранятся в Beget, но никто их не спрашивает.\n"
     "\n"
     "A · TTL 600 с\n"
     "203.0.113.1\n"
     "\n"
     "Серверы имён\n"
     "ns1.other.net\n"
     "[↻ Обновить]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"records nobody knows are counted", LANGUAGE_EN, "dns 1 shop.ru", NULL,
     THREE, NULL, UNKNOWN,
     "DNS of shop.ru\n"
     "Records of kinds that are not shown here: 3\n"
     "\n"
     "A · TTL 600 s\n"
     "203.0.113.1\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[‹ Back] [🏠 Menu]"},
    {"records nobody knows are counted, in Russian", LANGUAGE_RU, "dns 1 shop.ru", NULL,
     THREE, NULL, UNKNOWN,
     "DNS shop.ru\n"
     "Записей видов, которые здесь не показаны: 3\n"
     "\n"
     "A · TTL 600 с\n"
     "203.0.113.1\n"
     "[↻ Обновить]\n"
     "[✏️ Изменить записи] [➕ Добавить запись]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"records nobody knows are records, too", LANGUAGE_EN, "dns 1 shop.ru", NULL,
     THREE, NULL, RECORDS("1", "\"TLSA\":[{\"data\":\"1\"}]"),
     "DNS of shop.ru\n"
     "Records of kinds that are not shown here: 1\n"
     "[↻ Refresh]\n"
     "[➕ Add record]\n"
     "[‹ Back] [🏠 Menu]"},
    {"markup in records is text", LANGUAGE_EN, "dns 1 shop.ru", NULL,
     THREE, NULL, HOSTILE,
     "DNS of shop.ru\n"
     "🔒 The records of this name can be changed in Beget's panel only: the API cannot write CAA and SRV, and any change through it would delete them.\n"
     "\n"
     "A · TTL 600 s\n"
     "<b>1&2</b>\n"
     "\n"
     "MX · TTL 300 s\n"
     "10 </code>&lt;\n"
     "\n"
     "TXT · TTL 600 s\n"
     "v=\"<a href='x'>\" 😀\n"
     "\n"
     "CAA · TTL 600 s\n"
     "128 <i> \"&\"\n"
     "\n"
     "Name servers\n"
     "<ns>\n"
     "[↻ Refresh]\n"
     "[✏️ Change records] [➕ Add record]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a name in Cyrillic with records in Cyrillic", LANGUAGE_RU, "dns 1 xn--80aairftm.xn--e1afmkfd.xn--p1ai", NULL,
     THREE, NULL, CYRILLIC,
     "DNS магазин.пример.рф\n"
     "\n"
     "TXT · TTL 600 с\n"
     "Привет, мир — ёлка №1\n"
     "[↻ Обновить]\n"
     "[✏️ Изменить записи] [➕ Добавить запись]\n"
     "[🗑 Удалить поддомен]\n"
     "[‹ Назад] [🏠 Меню]"},
};
/* clang-format on */

static void shows(void **state)
{
    const struct scene_row *row = *state;
    struct state_hash *grants;
    struct scene scene;
    struct page page;
    struct buf lines;

    grants = set_scene(row, &scene);
    draw(&scene, &page);
    buf_init(&lines, 100000);
    page_lines(&page, &lines);
    assert_string_equal(buf_text(&lines), row->lines);
    buf_free(&lines);
    page_free(&page);
    free_scene(&scene, grants);
}

/* ---- long lists ---- */

enum { MANY_DOMAINS = 500 };

/* A domain list of the hosting API: d000.ru, d001.ru, ...; every tenth name has 253 bytes. */
static void many_domains(struct buf *out)
{
    buf_addf(out, "[");
    for (int i = 0; i < MANY_DOMAINS; i++) {
        buf_addf(out, "%s{\"id\":%d,\"fqdn\":\"%sd%03d.ru\"}", i > 0 ? "," : "", i + 1,
                 i % 10 == 0 ? FIFTY "." FIFTY "." FIFTY "." FIFTY
                                     ".abcdefghijklmnopqrstuvwxyzabcdefghijklmno."
                             : "",
                 i);
    }
    buf_addf(out, "]");
    assert_true(buf_ok(out));
}

static const struct page_button *find_button(const struct page *page, const char *label)
{
    for (size_t i = 0; i < page->button_count; i++) {
        if (strcmp(page->buttons[i].label, label) == 0) {
            return &page->buttons[i];
        }
    }
    fail_msg("no button [%s]", label);
    return NULL;
}

/* Counts how often each domain has a button. */
static void count_domains(const struct page *page, int seen[MANY_DOMAINS])
{
    for (size_t i = 0; i < page->button_count; i++) {
        const struct target *target = &page->buttons[i].target;

        if (target->screen == SCREEN_DOMAIN) {
            long number = strtol(target->name + strlen(target->name) - strlen("000.ru"), NULL, 10);

            assert_in_range(number, 0, MANY_DOMAINS - 1);
            seen[number]++;
        }
    }
}

static void turning_through_500_domains_shows_each_once(void **state)
{
    struct scene_row row = {.target = "domains 1 -"};
    int seen[MANY_DOMAINS] = {0};
    struct scene scene;
    struct buf json;

    (void)state;
    buf_init(&json, 1 << 20);
    many_domains(&json);
    row.domains = buf_text(&json);
    (void)set_scene(&row, &scene);
    assert_int_equal(scene.domains.count, MANY_DOMAINS);
    for (int turns = 0; turns < 63; turns++) {
        struct page page;

        assert_int_equal(scene.target.page, turns + 1);
        draw(&scene, &page);
        count_domains(&page, seen);
        scene.target = find_button(&page, "›")->target;
        page_free(&page);
    }
    assert_int_equal(scene.target.page, 1);
    for (int i = 0; i < MANY_DOMAINS; i++) {
        assert_int_equal(seen[i], 1);
    }
    buf_free(&json);
    free_scene(&scene, NULL);
}

/* Records that are hard on a page in one way each. */
struct record_row {
    const char *name;
    const char *unit; /* what a value is made of  */
    size_t repeat;    /* so many times            */
    int count;        /* of records               */
    int64_t pages;    /* that they fill           */
};

/* clang-format off */
static struct record_row record_rows[] = {
    /* what it shows                               unit         repeat count pages */
    {"200 short records",                          "a",           4,    200, 3  },
    {"200 records of 300 letters",                 "ж",           300,  200, 20 },
    {"200 records of emoji",                       "😀",           250,  200, 17 },
    {"200 records of markup",                      "<b>&\\\"",    50,   200, 67 },
    {"200 records of blanks and lines",            " \\n",        100,  200, 14 },
    {"records of quotes, longer than a page",      "\\\"",        700,  40,  40 },
    {"records that are shown in part",             "x",           1600, 40,  20 },
};
/* clang-format on */

/* A zone whose TXT records are "#000#" and so on, then the row's text. */
static void many_records(const struct record_row *row, struct buf *out)
{
    buf_addf(out, "{\"set_type\":1,\"records\":{\"TXT\":[");
    for (int i = 0; i < row->count; i++) {
        buf_addf(out, "%s{\"ttl\":%d,\"txtdata\":\"#%03d#", i > 0 ? "," : "", 300 + i, i);
        for (size_t j = 0; j < row->repeat; j++) {
            buf_addf(out, "%s", row->unit);
        }
        buf_addf(out, "\"}");
    }
    buf_addf(out, "]}}");
    assert_true(buf_ok(out));
}

/* Appends what all pages show, each drawn by itself; returns how many there are. */
static int64_t draw_all_pages(struct scene *scene, struct buf *seen)
{
    int64_t pages = 1;

    for (int64_t number = 1; number <= pages; number++) {
        struct page page;
        char label[64];

        scene->target.page = number;
        draw(scene, &page);
        pages = strtol(strchr(page.buttons[1].label, '/') + 1, NULL, 10);
        (void)snprintf(label, sizeof(label), "%d / %d", (int)number, (int)pages);
        assert_int_equal(find_button(&page, label)->target.page, number);
        assert_non_null(strstr(buf_text(&page.text), "\n<b>TXT</b>\n<code>#"));
        html_visible(buf_text(&page.text), seen);
        page_free(&page);
    }
    return pages;
}

static void pages_hold_every_record_once(void **state)
{
    const struct record_row *row = *state;
    struct scene_row scene_row = {.target = "dns 1 shop.ru", .domains = ONE};
    struct scene scene;
    struct buf json;
    struct buf seen;

    buf_init(&json, 32 << 20);
    buf_init(&seen, 32 << 20);
    many_records(row, &json);
    scene_row.zone = buf_text(&json);
    (void)set_scene(&scene_row, &scene);
    assert_int_equal(draw_all_pages(&scene, &seen), row->pages);
    for (int i = 0; i < row->count; i++) {
        char mark[16];
        const char *first;

        (void)snprintf(mark, sizeof(mark), "#%03d#", i);
        first = strstr(buf_text(&seen), mark);
        assert_non_null(first);
        assert_null(strstr(first + 1, mark));
    }
    buf_free(&seen);
    buf_free(&json);
    free_scene(&scene, NULL);
}

static void a_long_record_says_how_long_it_is(void **state)
{
    struct record_row record = {.unit = "ж", .repeat = 9995, .count = 9};
    struct scene_row row = {.language = LANGUAGE_RU, .target = "dns 7 shop.ru", .domains = ONE};
    struct scene scene;
    struct page page;
    struct buf json;
    struct buf seen;

    (void)state;
    buf_init(&json, 32 << 20);
    buf_init(&seen, 1 << 20);
    many_records(&record, &json);
    row.zone = buf_text(&json);
    (void)set_scene(&row, &scene);
    draw(&scene, &page);
    html_visible(buf_text(&page.text), &seen);
    assert_non_null(strstr(buf_text(&seen), "жж… (всего знаков: 10000) · TTL "));
    page_free(&page);
    buf_free(&seen);
    buf_free(&json);
    free_scene(&scene, NULL);
}

/* ---- all of them ---- */

int main(void)
{
    struct CMUnitTest tests[2 + ARRAY_LEN(scene_rows) + ARRAY_LEN(record_rows)] = {
        cmocka_unit_test(turning_through_500_domains_shows_each_once),
        cmocka_unit_test(a_long_record_says_how_long_it_is),
    };
    size_t count = 2;

    for (size_t i = 0; i < ARRAY_LEN(scene_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = scene_rows[i].name, .test_func = shows, .initial_state = &scene_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(record_rows); i++) {
        tests[count++] = (struct CMUnitTest){.name = record_rows[i].name,
                                             .test_func = pages_hold_every_record_once,
                                             .initial_state = &record_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_screens", tests, NULL, NULL);
}
