-- SPDX-License-Identifier: MIT
-- bot.db as the Python bot left it after its first migration.
CREATE TABLE IF NOT EXISTS schema_version (
    version INTEGER PRIMARY KEY,
    description TEXT NOT NULL,
    applied_at DATETIME DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO schema_version (version, description, applied_at)
    VALUES (1, 'Initial schema with all base tables', '2026-02-07 17:12:31');
CREATE TABLE IF NOT EXISTS allowed_chats (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER UNIQUE NOT NULL,
    added_by TEXT NOT NULL,
    added_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    note TEXT
);
CREATE TABLE IF NOT EXISTS action_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    user_id INTEGER,
    username TEXT,
    action TEXT NOT NULL,
    details TEXT,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX IF NOT EXISTS idx_action_logs_created_at ON action_logs (created_at DESC);
CREATE TABLE IF NOT EXISTS domain_permissions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    domain_fqdn TEXT NOT NULL,
    can_create_subdomain BOOLEAN DEFAULT 0,
    can_delete_subdomain BOOLEAN DEFAULT 0,
    granted_by TEXT NOT NULL,
    granted_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (chat_id, domain_fqdn)
);
CREATE INDEX IF NOT EXISTS idx_domain_perm_chat ON domain_permissions (chat_id);
CREATE INDEX IF NOT EXISTS idx_domain_perm_fqdn ON domain_permissions (domain_fqdn);
CREATE TABLE IF NOT EXISTS subdomain_permissions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    subdomain_fqdn TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (chat_id, subdomain_fqdn)
);
CREATE INDEX IF NOT EXISTS idx_subdomain_perm_chat ON subdomain_permissions (chat_id);
CREATE INDEX IF NOT EXISTS idx_subdomain_perm_fqdn ON subdomain_permissions (subdomain_fqdn);
CREATE TABLE IF NOT EXISTS created_subdomains (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subdomain_fqdn TEXT NOT NULL UNIQUE,
    created_by_chat_id INTEGER NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX IF NOT EXISTS idx_created_sub_chat ON created_subdomains (created_by_chat_id);

-- A private chat, one without a note (the admin had no user name), a group, markup in a note, and no chat at all.
INSERT INTO allowed_chats (chat_id, added_by, added_at, note) VALUES
    (1002, '@anna', '2026-02-07 17:20:00', 'Борис, «Ромашка»'),
    (1003, '@1001', '2026-02-07 17:21:10', NULL),
    (-1002000000001, '@anna', '2026-02-08 09:00:59', 'Web team'),
    (1004, '@anna', '2026-02-09 12:30:00', '<b>Пётр</b> & Co'),
    (0, '@anna', '2026-02-09 12:31:00', 'a slip');

-- The chat of the last one has been removed since.
INSERT INTO action_logs (chat_id, user_id, username, action, details, created_at) VALUES
    (1002, 1002, 'boris', '/start', NULL, '2026-02-07 17:25:00'),
    (1003, 1003, 'Вера Иванова', '/help', NULL, '2026-02-07 17:26:00'),
    (-1002000000001, 1002, 'boris', '/start', NULL, '2026-02-08 09:05:00'),
    (1003, NULL, NULL, 'callback: do_del_sub:3344001', NULL, '2026-02-08 09:06:00'),
    (1010, 1010, 'gone', '/start', NULL, '2026-02-08 09:07:00');

-- View only; all that this version has; only one of two; in Cyrillic; a chat that was removed; the row of no name; one
-- name written twice, of which only the plain one ever counted; flags that nobody has set.
INSERT INTO domain_permissions (chat_id, domain_fqdn, can_create_subdomain, can_delete_subdomain, granted_by, granted_at)
VALUES
    (1002, 'example-shop.ru', 0, 0, '@anna', '2026-02-07 18:00:00'),
    (1003, 'example-shop.ru', 1, 1, '@anna', '2026-02-07 18:01:00'),
    (-1002000000001, 'пример.рф', 1, 0, '@anna', '2026-02-08 09:10:00'),
    (1010, 'example.com', 1, 1, '@anna', '2026-02-08 09:11:00'),
    (1002, '', 1, 1, '@anna', '2026-02-08 09:12:00'),
    (1004, 'Example.com', 1, 1, '@anna', '2026-02-08 09:13:00'),
    (1004, 'example.com', 0, 0, '@anna', '2026-02-08 09:14:00'),
    (1003, 'example.com', NULL, NULL, '@anna', '2026-02-08 09:15:00');

-- A subdomain, one of several levels, one in punycode, and what is no name.
INSERT INTO subdomain_permissions (chat_id, subdomain_fqdn, granted_by, granted_at) VALUES
    (1004, 'blog.example-shop.ru', '@anna', '2026-02-08 09:20:00'),
    (1004, 'user.forum.example-shop.ru', '@anna', '2026-02-08 09:21:00'),
    (1004, 'shop.xn--e1afmkfd.xn--p1ai', '@anna', '2026-02-08 09:22:00'),
    (1002, 'my shop.example.com', '@anna', '2026-02-08 09:23:00');

-- Created by the bot, in Cyrillic, written in capitals by hand, and the row of no name.
INSERT INTO created_subdomains (subdomain_fqdn, created_by_chat_id, created_at) VALUES
    ('blog.example-shop.ru', 1003, '2026-02-08 10:00:00'),
    ('магазин.пример.рф', -1002000000001, '2026-02-08 10:01:00'),
    ('Lab.Example-Shop.RU', 1003, '2026-02-08 10:02:00'),
    ('', 1002, '2026-02-08 10:03:00');
