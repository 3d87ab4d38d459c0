/* SPDX-License-Identifier: MIT */
/* The administrators' screens as they see them, in both languages, drawn from scenes made by hand.
 */
#include "worker/chat/screens.h"

#include "shared/base/mem.h"
#include "tests/unit/chat/act.h"
#include "tests/unit/chat/fake_state.h"
#include "tests/unit/chat/fake_world.h"
#include "tests/unit/chat/page_lines.h"
#include "worker/chat/about_chat.h"
#include "worker/chat/changes.h"
#include "worker/chat/chat_list.h"
#include "worker/chat/prompts.h"

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
    const char *target; /* as kept in Redis              */
    const char *access; /* see fake_hash(); NULL: CHATS  */
    const char *grants; /* of the target's chat, or of the holders of its name */
    const char *lines;  /* what people see: text, then the rows of buttons     */
};

/* clang-format off */
#define CHATS    "1003=Vera|-1002000000001=Web team|99=|1002=boris|1004="
#define DOMAINS  "[{\"id\":1,\"fqdn\":\"shop.ru\"},{\"id\":2,\"fqdn\":\"пример.рф\"}]"
#define SUBS     "[{\"id\":3,\"domain_id\":1,\"fqdn\":\"blog.shop.ru\"},{\"id\":4,\"domain_id\":1,\"fqdn\":\"a.b.shop.ru\"}," \
                 "{\"id\":5,\"domain_id\":2,\"fqdn\":\"магазин.пример.рф\"}]"
#define CREATORS "blog.shop.ru=1002|a.b.shop.ru=1003|new.shop.ru=1002"
#define NAME_252                                                                           \
    "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghi.abcdefghijabcdefghijabcd"   \
    "efghijabcdefghijabcdefghijabcdefghi.abcdefghijabcdefghijabcdefghijabcdefghijabcdefgh"   \
    "ijabcdefghi.abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghi.aaaaaaaaa.ru"

static struct scene_row scene_rows[] = {
    {"the panel", LANGUAGE_EN, "admin 1 -", NULL, NULL,
     "Administration\n"
     "Who may use the bot, and what they may do with it.\n"
     "[👥 Chats]\n"
     "[🔑 Permissions]\n"
     "[📜 Log]\n"
     "[🩺 Status]\n"
     "[🏠 Menu]"},
    {"the panel in Russian", LANGUAGE_RU, "admin 1 -", NULL, NULL,
     "Управление\n"
     "Кто пользуется ботом и что ему можно.\n"
     "[👥 Чаты]\n"
     "[🔑 Права]\n"
     "[📜 Журнал]\n"
     "[🩺 Состояние]\n"
     "[🏠 Меню]"},
    {"no chats", LANGUAGE_EN, "chats 1 -", "", NULL,
     "Nobody may use the bot yet, besides the administrators.\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"no chats in Russian", LANGUAGE_RU, "chats 1 -", "", NULL,
     "Ботом пока никто не пользуется, кроме администраторов.\n"
     "[➕ Добавить чат]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"chats by note, then by number", LANGUAGE_EN, "chats 1 -", NULL, NULL,
     "Chats that may use the bot: 5\n"
     "[boris (1002)]\n"
     "[Vera (1003)]\n"
     "[Web team (-1002000000001)]\n"
     "[99]\n"
     "[1004]\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"chats with a text in the note", LANGUAGE_EN, "chats 1 - BOR", NULL, NULL,
     "Chats with «BOR»: 1\n"
     "[boris (1002)]\n"
     "[Show all]\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"chats with a text in the number", LANGUAGE_RU, "chats 1 - 100", NULL, NULL,
     "Чаты с «100»: 4\n"
     "[boris (1002)]\n"
     "[Vera (1003)]\n"
     "[Web team (-1002000000001)]\n"
     "[1004]\n"
     "[Показать все]\n"
     "[➕ Добавить чат]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"no chats with a text that looks like markup", LANGUAGE_EN, "chats 1 - <b>&", NULL, NULL,
     "No chat has «<b>&» in its note or number.\n"
     "[Show all]\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"eight chats are one page", LANGUAGE_EN, "chats 1 -", "1=|2=|3=|4=|5=|6=|7=|8=", NULL,
     "Chats that may use the bot: 8\n"
     "[1]\n[2]\n[3]\n[4]\n[5]\n[6]\n[7]\n[8]\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"nine chats are two, and can be searched", LANGUAGE_EN, "chats 2 -", "1=|2=|3=|4=|5=|6=|7=|8=|9=", NULL,
     "Chats that may use the bot: 9\n"
     "[9]\n"
     "[‹] [2 / 2] [›]\n"
     "[🔎 Find]\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"markup and lines in a note are text", LANGUAGE_EN, "chats 1 -", "7=<b>A&B</b>\nx", NULL,
     "Chats that may use the bot: 1\n"
     "[<b>A&B</b> x (7)]\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a chat with rights", LANGUAGE_EN, "chat 1 - 1002", NULL, "shop.ru=ED|xn--e1afmkfd.xn--p1ai=",
     "boris\n"
     "Chat number: 1002\n"
     "\n"
     "shop.ru — edit DNS, delete DNS records\n"
     "пример.рф — view only\n"
     "[🔑 Permissions (2)]\n"
     "[✏️ Note]\n"
     "[🗑 Remove chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a chat with rights to many names", LANGUAGE_RU, "chat 1 - 1002", NULL, "a.ru=E|b.ru=D|c.ru=C|d.ru=X|e.ru=EDCX|f.ru=|g.ru=",
     "boris\n"
     "Номер чата: 1002\n"
     "\n"
     "a.ru — менять DNS\n"
     "b.ru — удалять записи DNS\n"
     "c.ru — создавать поддомены\n"
     "d.ru — удалять поддомены\n"
     "e.ru — менять DNS, удалять записи DNS, создавать поддомены, удалять поддомены\n"
     "… и ещё 2\n"
     "[🔑 Права (7)]\n"
     "[✏️ Заметка]\n"
     "[🗑 Убрать чат]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a chat without note and rights", LANGUAGE_EN, "chat 1 - 99", NULL, "",
     "Chat number: 99\n"
     "\n"
     "No rights to any domain yet.\n"
     "[🔑 Permissions (0)]\n"
     "[✏️ Note]\n"
     "[🗑 Remove chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a group", LANGUAGE_EN, "chat 1 - -1002000000001", NULL, "shop.ru=",
     "Web team\n"
     "Chat number: -1002000000001\n"
     "\n"
     "shop.ru — view only\n"
     "\n"
     "Everyone in this group may do what the group may.\n"
     "[🔑 Permissions (1)]\n"
     "[✏️ Note]\n"
     "[👤 Members act for themselves: off]\n"
     "[🗑 Remove chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a group whose members act for themselves", LANGUAGE_RU, "chat 1 - -1002000000002", "-1002000000002=Дизайн", "",
     "Дизайн\n"
     "Номер чата: -1002000000002\n"
     "\n"
     "Прав на домены пока нет.\n"
     "\n"
     "В этой группе каждый действует со своими правами, а не с правами группы.\n"
     "[🔑 Права (0)]\n"
     "[✏️ Заметка]\n"
     "[👤 Каждый за себя: вкл.]\n"
     "[🗑 Убрать чат]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a chat that is not allowed", LANGUAGE_EN, "chat 1 - 5", NULL, "",
     "⚠️ 5 is not among the chats that may use the bot. Add it first.\n"
     "[➕ Add chat]\n"
     "[‹ Back] [🏠 Menu]"},
    {"an administrator is none of the chats", LANGUAGE_RU, "chat 1 - 42", NULL, "",
     "42 — администратор, ему можно всё.\n"
     "[‹ Назад] [🏠 Меню]"},
    {"what is no chat has nothing", LANGUAGE_EN, "chat_grants 1 - x", NULL, "",
     "Permissions of : 0\n"
     "[➕ Grant]\n"
     "[‹ Back] [🏠 Menu]"},
    {"all rights of a chat", LANGUAGE_EN, "chat_grants 1 - 1002", NULL, "blog.shop.ru=D|xn--e1afmkfd.xn--p1ai=|shop.ru=EC",
     "Permissions of boris (1002): 5\n"
     "\n"
     "Domains\n"
     "shop.ru — edit DNS, create subdomains\n"
     "пример.рф — view only\n"
     "\n"
     "Subdomains\n"
     "blog.shop.ru — delete DNS records\n"
     "\n"
     "Created by this chat\n"
     "blog.shop.ru — delete DNS records\n"
     "new.shop.ru\n"
     "[shop.ru]\n"
     "[пример.рф]\n"
     "[blog.shop.ru]\n"
     "[blog.shop.ru]\n"
     "[new.shop.ru]\n"
     "[➕ Grant]\n"
     "[‹ Back] [🏠 Menu]"},
    {"no rights of a chat", LANGUAGE_RU, "chat_grants 1 - 99", NULL, "",
     "Права 99: 0\n"
     "[➕ Дать права]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"the second page of rights names its section again", LANGUAGE_EN, "chat_grants 2 - 99", NULL,
     "a.ru=|b.ru=|c.ru=|d.ru=|e.ru=|f.ru=|g.ru=|h.ru=|i.ru=E",
     "Permissions of 99: 9\n"
     "\n"
     "Subdomains\n"
     "i.ru — edit DNS\n"
     "[i.ru]\n"
     "[‹] [2 / 2] [›]\n"
     "[➕ Grant]\n"
     "[‹ Back] [🏠 Menu]"},
    {"names to grant", LANGUAGE_EN, "names 1 -", NULL, NULL,
     "Permissions\n"
     "Choose a domain to see and change who has rights to it.\n"
     "[shop.ru]\n"
     "[пример.рф]\n"
     "[👥 Chats]\n"
     "[‹ Back] [🏠 Menu]"},
    {"names to grant with a text", LANGUAGE_RU, "names 1 - Прим", NULL, NULL,
     "Права: домены с «Прим»\n"
     "[пример.рф]\n"
     "[Показать все]\n"
     "[👥 Чаты]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"a domain and its subdomains", LANGUAGE_EN, "name_items 1 shop.ru", NULL, NULL,
     "shop.ru\n"
     "Rights to the domain hold for all its subdomains. Choose what to grant.\n"
     "[🌐 shop.ru (the domain)]\n"
     "[blog.shop.ru]\n"
     "[a.b.shop.ru]\n"
     "[‹ Back] [🏠 Menu]"},
    {"a domain's subdomains with a text", LANGUAGE_RU, "name_items 1 xn--e1afmkfd.xn--p1ai zoo", NULL, NULL,
     "Нет поддоменов пример.рф с «zoo» в имени.\n"
     "[Показать все]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"nobody has rights", LANGUAGE_EN, "holders 1 shop.ru", NULL, "",
     "Nobody has been granted shop.ru yet.\n"
     "[➕ Grant]\n"
     "[‹ Back] [🏠 Menu]"},
    {"who has rights to a domain", LANGUAGE_EN, "holders 1 shop.ru", NULL, "1003=XE|99=|1002=EDCX|5=E",
     "Who has rights to shop.ru: 3\n"
     "\n"
     "E edit DNS, D delete DNS records, C create subdomains, X delete subdomains\n"
     "[boris (1002) · EDCX]\n"
     "[Vera (1003) · EX]\n"
     "[99 · view only]\n"
     "[➕ Grant]\n"
     "[‹ Back] [🏠 Menu]"},
    {"who has rights to a subdomain", LANGUAGE_RU, "holders 1 blog.shop.ru", NULL, "1002=",
     "У кого есть права на blog.shop.ru: 1\n"
     "Права на shop.ru действуют и здесь.\n"
     "\n"
     "E менять DNS, D удалять записи DNS, C создавать поддомены, X удалять поддомены\n"
     "[boris (1002) · только просмотр]\n"
     "[➕ Дать права]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"who has rights", LANGUAGE_EN, "holder 1 shop.ru 1002", NULL, "shop.ru=ED",
     "shop.ru\n"
     "boris (1002) has: edit DNS, delete DNS records\n"
     "[✏️ Change]\n"
     "[🗑 Revoke]\n"
     "[‹ Back] [🏠 Menu]"},
    {"who had rights, in Russian", LANGUAGE_RU, "chat_grant 1 shop.ru 1002", NULL, "example.com=ED",
     "shop.ru\n"
     "У boris (1002) нет собственных прав на это имя.\n"
     "[➕ Дать права]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"who shall have rights", LANGUAGE_EN, "grant_chats 1 shop.ru", NULL, NULL,
     "Who shall get rights to shop.ru?\n"
     "[boris (1002)]\n"
     "[Vera (1003)]\n"
     "[Web team (-1002000000001)]\n"
     "[99]\n"
     "[1004]\n"
     "[⌨️ Type a chat's number]\n"
     "[‹ Back] [🏠 Menu]"},
    {"who shall have rights while nobody may use the bot", LANGUAGE_RU, "grant_chats 1 shop.ru", "", NULL,
     "Кому дать права на shop.ru?\n"
     "Ботом пока никто не пользуется, кроме администраторов.\n"
     "[⌨️ Ввести номер чата]\n"
     "[‹ Назад] [🏠 Меню]"},
    {"the first step", LANGUAGE_EN, "grant_dns 1 shop.ru 1002 -", NULL, "",
     "Step 1 of 2. What may boris (1002) do with the DNS records of shop.ru?\n"
     "\n"
     "Any other combination of the letters E, D, C, X: /grant 1002 shop.ru EDCX\n"
     "[View only]\n"
     "[View + edit]\n"
     "[View + edit + delete]\n"
     "[✖ Cancel]"},
    {"the first step for who has rights already", LANGUAGE_RU, "grant_dns 1 shop.ru 1002 X", NULL, "shop.ru=X",
     "Шаг 1 из 2. Что можно boris (1002) с записями DNS shop.ru?\n"
     "Сейчас: удалять поддомены\n"
     "\n"
     "Любое другое сочетание букв E, D, C, X: /grant 1002 shop.ru EDCX\n"
     "[Только просмотр]\n"
     "[Просмотр и правка]\n"
     "[Просмотр, правка, удаление]\n"
     "[✖ Отмена]"},
    {"the first step for a chat that is not allowed", LANGUAGE_EN, "grant_dns 1 shop.ru 5 -", NULL, "",
     "⚠️ 5 is not among the chats that may use the bot. Add it first.\n"
     "[➕ Add chat]\n"
     "[✖ Cancel]"},
    {"the second step for a domain", LANGUAGE_EN, "grant_sub 1 shop.ru 1002 E", NULL, NULL,
     "Step 2 of 2. And what may boris (1002) do with the subdomains of shop.ru?\n"
     "[None of them]\n"
     "[Create]\n"
     "[Create + delete]\n"
     "[✖ Cancel] [‹ Back]"},
    {"the second step for a subdomain", LANGUAGE_RU, "grant_sub 1 blog.shop.ru 1002 ED", NULL, NULL,
     "Шаг 2 из 2. А можно ли boris (1002) удалить поддомен blog.shop.ru?\n"
     "[Удалять нельзя]\n"
     "[Можно удалить]\n"
     "[✖ Отмена] [‹ Назад]"},
};
/* clang-format on */

static void read_names(const char *text, bool subdomains, struct account_names *out)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &err);

    assert_non_null(json);
    assert_true(account_names_read(json, subdomains, out, &err));
    json_free(json);
}

/* What grantee_fetch() would make of the row. */
static void set_grantee(const struct scene_row *row, struct scene *scene)
{
    struct state_hash *access = fake_hash(row->access ? row->access : CHATS);
    struct grantee *grantee = &scene->grantee;
    char word[CHAT_ID_SIZE];
    const char *note;

    about_chat(&scene->target, word);
    if (chat_id_read(word, grantee->chat)) {
        note = state_hash_find(access, grantee->chat);
        grantee->admin = strcmp(word, "42") == 0;
        grantee->allowed = note != NULL;
        grantee->members_act = strcmp(word, "-1002000000002") == 0;
        grantee->note = xstrdup(note ? note : "");
        grantee->grants = fake_hash(row->grants ? row->grants : "");
    }
    state_hash_free(access);
}

static void set_scene(const struct scene_row *row, struct scene *scene)
{
    struct err err = ERR_INIT;

    *scene = (struct scene){.language = row->language, .chat_id = 4242, .rights.admin = true};
    assert_true(target_parse(row->target, &scene->target, &err));
    read_names(DOMAINS, false, &scene->domains);
    read_names(SUBS, true, &scene->subdomains);
    set_grantee(row, scene);
    scene->permissions.access = fake_hash(row->access ? row->access : CHATS);
    scene->permissions.creators = fake_hash(CREATORS);
    scene->permissions.holders = fake_hash(row->grants ? row->grants : "");
}

static void free_scene(struct scene *scene)
{
    account_names_free(&scene->domains);
    account_names_free(&scene->subdomains);
    permissions_free(&scene->permissions);
    grantee_free(&scene->grantee);
}

static void draw(const struct scene *scene, struct page *page)
{
    page_init(page, scene->language);
    SCREENS[scene->target.screen].draw(scene, page);
    page_assert_sendable(page);
}

static void shows(void **state)
{
    const struct scene_row *row = *state;
    struct scene scene;
    struct page page;
    struct buf lines;

    set_scene(row, &scene);
    draw(&scene, &page);
    buf_init(&lines, 100000);
    page_lines(&page, &lines);
    assert_string_equal(buf_text(&lines), row->lines);
    buf_free(&lines);
    page_free(&page);
    free_scene(&scene);
}

/* ---- where the buttons lead ---- */

struct way_row {
    const char *name;
    const char *target;
    const char *grants;
    const char *label;
    const char *leads; /* as kept in Redis */
};

/* clang-format off */
static struct way_row way_rows[] = {
    {"a chat",                              "chats 1 -",                    NULL,            "boris (1002)",         "chat 1 - 1002"},
    {"adding a chat",                       "chats 1 -",                    NULL,            "➕ Add chat",           "type allow -"},
    {"adding a chat that is not allowed",   "chat 1 - 5",                   "",              "➕ Add chat",           "type allow_note - 5"},
    {"another note",                        "chat 1 - 1002",                "",              "✏️ Note",              "type allow_note - 1002"},
    {"removing a chat",                     "chat 1 - 1002",                "",              "🗑 Remove chat",        "ask access_deny - 1002"},
    {"members act for themselves",          "chat 1 - -1002000000001",      "",              "👤 Members act for themselves: off", "ask members_on - -1002000000001"},
    {"back from a chat's rights",           "chat_grants 1 - 1002",         "",              "‹ Back",               "chat 1 - 1002"},
    {"one of a chat's rights",              "chat_grants 1 - 99",           "shop.ru=E",     "shop.ru",              "chat_grant 1 shop.ru 99"},
    {"more rights for a chat",              "chat_grants 1 - 99",           "shop.ru=E",     "➕ Grant",              "type chat_name - 99"},
    {"back from one of a chat's rights",    "chat_grant 1 shop.ru 99",      "shop.ru=E",     "‹ Back",               "chat_grants 1 - 99"},
    {"a domain itself",                     "name_items 1 shop.ru",         NULL,            "🌐 shop.ru (the domain)", "holders 1 shop.ru"},
    {"back from a domain's holders",        "holders 1 shop.ru",            "",              "‹ Back",               "name_items 1 shop.ru"},
    {"back from a subdomain's holders",     "holders 1 a.b.shop.ru",        "",              "‹ Back",               "name_items 1 shop.ru"},
    {"back from one in Cyrillic",           "holders 1 xn--80aairftm.xn--e1afmkfd.xn--p1ai", "", "‹ Back",            "name_items 1 xn--e1afmkfd.xn--p1ai"},
    {"a holder",                            "holders 1 a.b.shop.ru",        "1002=E",        "boris (1002) · E",     "holder 1 a.b.shop.ru 1002"},
    {"back from a holder",                  "holder 1 a.b.shop.ru 1002",    "a.b.shop.ru=E", "‹ Back",               "holders 1 a.b.shop.ru"},
    {"changing rights",                     "holder 1 a.b.shop.ru 1002",    "a.b.shop.ru=XE", "✏️ Change",           "grant_dns 1 a.b.shop.ru 1002 XE"},
    {"revoking rights",                     "holder 1 a.b.shop.ru 1002",    "a.b.shop.ru=E", "🗑 Revoke",             "ask grants_unset a.b.shop.ru 1002"},
    {"granting",                            "holders 1 a.b.shop.ru",        "",              "➕ Grant",              "grant_chats 1 a.b.shop.ru"},
    {"granting to a chat",                  "grant_chats 1 a.b.shop.ru",    NULL,            "Vera (1003)",          "grant_dns 1 a.b.shop.ru 1003 -"},
    {"granting to a typed chat",            "grant_chats 1 a.b.shop.ru",    NULL,            "⌨️ Type a chat's number", "type grant a.b.shop.ru"},
    {"back from the choice of a chat",      "grant_chats 1 a.b.shop.ru",    NULL,            "‹ Back",               "holders 1 a.b.shop.ru"},
    {"view only",                           "grant_dns 1 shop.ru 1002 -",   "",              "View only",            "grant_sub 1 shop.ru 1002 -"},
    {"edit",                                "grant_dns 1 shop.ru 1002 -",   "",              "View + edit",          "grant_sub 1 shop.ru 1002 E"},
    {"a step keeps what the other decides", "grant_dns 1 shop.ru 1002 XDC", "",              "View + edit",          "grant_sub 1 shop.ru 1002 ECX"},
    {"cancelling at the first step",        "grant_dns 1 a.b.shop.ru 1002 -", "",            "✖ Cancel",             "holders 1 a.b.shop.ru"},
    {"cancelling at the second step",       "grant_sub 1 a.b.shop.ru 1002 E", NULL,          "✖ Cancel",             "holders 1 a.b.shop.ru"},
    {"back to the first step",              "grant_sub 1 shop.ru 1002 ECX", NULL,            "‹ Back",               "grant_dns 1 shop.ru 1002 ECX"},
    {"none of the subdomains",              "grant_sub 1 shop.ru 1002 ECX", NULL,            "None of them",         "ask grants_set shop.ru 1002 E"},
    {"view only in all",                    "grant_sub 1 shop.ru 1002 -",   NULL,            "None of them",         "ask grants_set shop.ru 1002 -"},
    {"all of a domain",                     "grant_sub 1 shop.ru 1002 ED",  NULL,            "Create + delete",      "ask grants_set shop.ru 1002 EDCX"},
    {"all of a subdomain",                  "grant_sub 1 blog.shop.ru 1002 EDC", NULL,       "May delete it",        "ask grants_set blog.shop.ru 1002 EDX"},
};
/* clang-format on */

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

static void leads(void **state)
{
    const struct way_row *row = *state;
    const struct scene_row scene_row = {
        .language = LANGUAGE_EN, .target = row->target, .grants = row->grants};
    struct scene scene;
    struct page page;
    struct buf target;

    set_scene(&scene_row, &scene);
    draw(&scene, &page);
    buf_init(&target, sizeof(struct target));
    target_print(&find_button(&page, row->label)->target, &target);
    assert_string_equal(buf_text(&target), row->leads);
    buf_free(&target);
    page_free(&page);
    free_scene(&scene);
}

/* ---- what is typed ---- */

struct typed_row {
    const char *name;
    const char *asked; /* as kept in Redis */
    const char *typed;
    const char *leads; /* NULL: nowhere, for the reason */
    enum text_id why;
};

/* clang-format off */
#define EIGHTY "ёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлка"

static struct typed_row typed_rows[] = {
    {"a person's number",             "type allow -",              "1002",             "type allow_note - 1002", 0},
    {"a group's number",              "type allow -",              "-1002000000001",   "type allow_note - -1002000000001", 0},
    {"a number with a plus",          "type allow -",              "+7",               "type allow_note - 7", 0},
    {"a user name",                   "type allow -",              "@boris",           NULL, TEXT_PROMPT_CHAT_WRONG},
    {"zero",                          "type allow -",              "0",                NULL, TEXT_PROMPT_CHAT_WRONG},
    {"a number and more",             "type allow -",              "1002 Boris",       NULL, TEXT_PROMPT_CHAT_WRONG},
    {"a number of 20 digits",         "type allow -",              "99999999999999999999", NULL, TEXT_PROMPT_CHAT_WRONG},
    {"digits of another script",      "type allow -",              "١٠٠٢",             NULL, TEXT_PROMPT_CHAT_WRONG},
    {"a note",                        "type allow_note - 1002",    "Boris from design", "ask access_allow - 1002 Boris from design", 0},
    {"no note",                       "type allow_note - 1002",    "-",                "ask access_allow - 1002 -", 0},
    {"the longest note",              "type allow_note - 1002",    EIGHTY,             "ask access_allow - 1002 " EIGHTY, 0},
    {"a note that is too long",       "type allow_note - 1002",    EIGHTY "!",         NULL, TEXT_PROMPT_NOTE_WRONG},
    {"who gets rights",               "type grant shop.ru",        "1002",             "grant_dns 1 shop.ru 1002 -", 0},
    {"who gets none",                 "type grant shop.ru",        "Boris",            NULL, TEXT_PROMPT_CHAT_WRONG},
    {"a name for a chat",             "type chat_name - 1002",     "Shop.Example.com", "grant_dns 1 shop.example.com 1002 -", 0},
    {"a name in Cyrillic",            "type chat_name - -1002",    "пример.рф",        "grant_dns 1 xn--e1afmkfd.xn--p1ai -1002 -", 0},
    {"no name",                       "type chat_name - 1002",     "my shop",          NULL, TEXT_PROMPT_CHAT_NAME_WRONG},
    {"a filter of chats",             "type chats_filter -",       "bo ris",           "chats 1 - bo ris", 0},
    {"a filter of domains",           "type names_filter -",       "Мага",             "names 1 - Мага", 0},
    {"a filter of subdomains",        "type items_filter shop.ru", "blog",             "name_items 1 shop.ru blog", 0},
    {"a filter of who gets rights",   "type grant_filter shop.ru", "boris",            "grant_chats 1 shop.ru boris", 0},
    {"a filter that is cut",          "type chats_filter -",       EIGHTY,             "chats 1 - ёлкаёлкаёлкаёлкаёлкаёлкаёлкаёлк", 0},
};
/* clang-format on */

static void leads_on(void **state)
{
    const struct typed_row *row = *state;
    struct err err = ERR_INIT;
    enum text_id why = TEXT_COUNT;
    struct target target;
    struct buf leads_to;

    assert_true(target_parse(row->asked, &target, &err));
    assert_int_equal(PROMPTS[target.prompt].read(row->typed, &target, &why), row->leads != NULL);
    if (!row->leads) {
        assert_int_equal(why, row->why);
        return;
    }
    buf_init(&leads_to, sizeof(struct target));
    target_print(&target, &leads_to);
    assert_string_equal(buf_text(&leads_to), row->leads);
    buf_free(&leads_to);
}

/* ---- long lists, and what stands in Redis by somebody's hand ---- */

enum { MANY_CHATS = 500 };

/* "1000000000000=<note>|1000000000001=<note>|..." */
static char *many_chats(const char *note)
{
    struct buf pairs;
    char *copy;

    buf_init(&pairs, 1 << 20);
    for (int i = 0; i < MANY_CHATS; i++) {
        buf_addf(&pairs, "%s-10000000000%03d=%s", i > 0 ? "|" : "", i, note);
    }
    assert_true(buf_ok(&pairs));
    copy = xstrdup(buf_text(&pairs));
    buf_free(&pairs);
    return copy;
}

/* Counts how often each chat has a button. */
static void count_chats(const struct page *page, int seen[MANY_CHATS])
{
    for (size_t i = 0; i < page->button_count; i++) {
        const struct target *target = &page->buttons[i].target;
        const char *number = strstr(target->text, "-10000000000");

        if (number) {
            seen[strtol(number + strlen("-10000000000"), NULL, 10)]++;
        }
    }
}

static void turning_through_500_shows_each_once(void **state)
{
    static const char *const TARGETS[] = {"chats 1 -", "holders 1 shop.ru",
                                          "grant_chats 1 shop.ru"};
    char *chats =
        many_chats("<b>&\"' ёлка ёлка ёлка ёлка ёлка ёлка ёлка ёлка ёлка ёлка ёлка ёлка ёлка 😀");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(TARGETS); i++) {
        struct scene_row row = {.target = TARGETS[i], .access = chats, .grants = chats};
        int seen[MANY_CHATS] = {0};
        struct scene scene;

        set_scene(&row, &scene);
        for (int turns = 0; turns < 63; turns++) {
            struct page page;

            draw(&scene, &page);
            count_chats(&page, seen);
            scene.target = find_button(&page, "›")->target;
            page_free(&page);
        }
        assert_int_equal(scene.target.page, 1);
        for (int chat = 0; chat < MANY_CHATS; chat++) {
            assert_int_equal(seen[chat], 1);
        }
        free_scene(&scene);
    }
    free(chats);
}

/* The longest names and notes at once, and entries that are no names. */
static void what_is_long_or_odd_still_fits(void **state)
{
    static const char *const TARGETS[] = {"chat 1 - -1002000000001",
                                          "chat_grants 1 - -1002000000001"};
    struct buf grants;
    struct buf access;

    (void)state;
    buf_init(&grants, 1 << 20);
    buf_init(&access, 1 << 20);
    for (int i = 0; i < 9; i++) {
        buf_addf(&grants, "%d" NAME_252 "=EDCX|", i);
    }
    buf_addf(&grants, "a name=E|" NAME_252 NAME_252 "=E");
    buf_addf(&access, "-1002000000001=");
    for (int i = 0; i < 5000; i++) {
        buf_addf(&access, "😀");
    }
    for (size_t i = 0; i < 2 * ARRAY_LEN(TARGETS); i++) {
        struct scene_row row = {.language = i % 2 ? LANGUAGE_RU : LANGUAGE_EN,
                                .target = TARGETS[i / 2],
                                .access = buf_text(&access),
                                .grants = buf_text(&grants)};
        struct scene scene;

        set_scene(&row, &scene);
        for (scene.target.page = 1; scene.target.page <= 2; scene.target.page++) {
            struct page page;

            draw(&scene, &page);
            page_free(&page);
        }
        free_scene(&scene);
    }
    buf_free(&grants);
    buf_free(&access);
}

/* ---- nobody else gets here ---- */

/* A colleague presses a button that leads to `target`; appends what that brings. */
static void press(const char *target, struct buf *lines)
{
    const struct act act = {.kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0"};
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    struct buf button;

    buf_init(&button, sizeof(struct target) + 100);
    buf_addf(&button, "chat=77|user=7|0=%s", target);
    fake_world.button = buf_text(&button);
    fake_world.grants = "shop.ru=EDCX";
    assert_true(act_answer(&act, outcome, &err));
    assert_int_equal(fake_world.beget_calls, 0);
    assert_false(outcome_holds(outcome, "access") || outcome_holds(outcome, "grants:"));
    outcome_lines(outcome, lines);
    buf_free(&button);
    queue_outcome_free(outcome);
    fake_world_free();
}

static void assert_refused(const char *begin, const char *name, const char *rest)
{
    struct buf target;
    struct buf lines;

    buf_init(&target, sizeof(struct target));
    buf_init(&lines, 10000);
    buf_addf(&target, "%s%s %sshop.ru %s", begin, name, begin[0] == '\0' ? "1 " : "", rest);
    press(buf_text(&target), &lines);
    assert_non_null(strstr(buf_text(&lines),
                           "\nedit 55: ⚠️ Only an administrator can do that.\n"
                           "[🏠 Menu]\n"));
    assert_non_null(strstr(buf_text(&lines), " refused\n"));
    buf_free(&target);
    buf_free(&lines);
}

static void others_are_refused_whatever_button_they_press(void **state)
{
    int refused = 0;

    (void)state;
    for (int id = 0; id < SCREEN_COUNT; id++) {
        if (SCREENS[id].right == RIGHT_ADMIN) {
            assert_refused("", SCREENS[id].name, "77 E");
            refused++;
        }
    }
    for (int id = 0; id < PROMPT_COUNT; id++) {
        if (PROMPTS[id].may == prompt_is_admin) {
            assert_refused("type ", PROMPTS[id].name, "77");
            refused++;
        }
    }
    for (int id = 0; id < CHANGE_COUNT; id++) {
        if (CHANGES[id].admin_only) {
            assert_refused("ask ", CHANGES[id].name, "77 E");
            assert_refused("do ", CHANGES[id].name, "was-D 77 E");
            refused++;
        }
    }
    assert_in_range(refused, 12 + 8 + 6, 1000);
}

int main(void)
{
    static const struct CMUnitTest PLAIN_TESTS[] = {
        cmocka_unit_test(turning_through_500_shows_each_once),
        cmocka_unit_test(what_is_long_or_odd_still_fits),
        cmocka_unit_test(others_are_refused_whatever_button_they_press),
    };
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(scene_rows) + ARRAY_LEN(way_rows) +
                            ARRAY_LEN(typed_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(scene_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = scene_rows[i].name, .test_func = shows, .initial_state = &scene_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(way_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = way_rows[i].name, .test_func = leads, .initial_state = &way_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(typed_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = typed_rows[i].name, .test_func = leads_on, .initial_state = &typed_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_admin", tests, NULL, NULL);
}
