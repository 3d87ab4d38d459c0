# SPDX-License-Identifier: MIT
"""What the Python bot 1.2.0 says to its bot.db, and how it decides with what it hears: whoever goes back to it relies on that."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

VERSIONS = (1, 2)  # the migrations that it knows
DOMAIN_FLAGS = ("can_edit_dns", "can_delete_dns", "can_create_subdomain", "can_delete_subdomain")
SUBDOMAIN_FLAGS = ("can_edit_dns", "can_delete_dns", "can_delete_subdomain")


def parent(name: str) -> str:
    return name.partition(".")[2]


class PythonBot:
    """One connection without any PRAGMA, committing after every statement."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.row_factory = sqlite3.Row
        self._write(
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, description TEXT NOT NULL,"
            " applied_at DATETIME DEFAULT CURRENT_TIMESTAMP)"
        )
        newest = self._db.execute("SELECT MAX(version) FROM schema_version").fetchone()[0] or 0
        pending = [version for version in VERSIONS if version > newest]
        assert not pending, f"it would run its migrations {pending} again"

    def close(self) -> None:
        self._db.close()

    def _write(self, sql: str, *parameters: object) -> None:
        self._db.execute(sql, parameters)
        self._db.commit()

    # ---- what it asks ----

    def allowed(self) -> list[tuple[int, str | None]]:
        rows = self._db.execute("SELECT * FROM allowed_chats ORDER BY added_at DESC").fetchall()
        for row in rows:
            datetime.fromisoformat(row["added_at"])
        return [(row["chat_id"], row["note"]) for row in rows]

    def is_allowed(self, chat: int) -> bool:
        return self._db.execute("SELECT 1 FROM allowed_chats WHERE chat_id = ?", (chat,)).fetchone() is not None

    def domain_grants(self, chat: int) -> dict[str, tuple[bool, ...]]:
        rows = self._db.execute("SELECT * FROM domain_permissions WHERE chat_id = ? ORDER BY domain_fqdn", (chat,)).fetchall()
        return {row["domain_fqdn"]: tuple(bool(row[flag]) for flag in DOMAIN_FLAGS) for row in rows}

    def subdomain_grants(self, chat: int) -> dict[str, tuple[bool, ...]]:
        rows = self._db.execute(
            "SELECT * FROM subdomain_permissions WHERE chat_id = ? ORDER BY subdomain_fqdn", (chat,)
        ).fetchall()
        return {row["subdomain_fqdn"]: tuple(bool(row[flag]) for flag in SUBDOMAIN_FLAGS) for row in rows}

    def people_of(self, domain: str) -> list[int]:
        rows = self._db.execute("SELECT chat_id FROM domain_permissions WHERE domain_fqdn = ? ORDER BY chat_id", (domain,))
        return [row["chat_id"] for row in rows.fetchall()]

    def creator(self, name: str) -> int | None:
        row = self._db.execute(
            "SELECT created_by_chat_id FROM created_subdomains WHERE subdomain_fqdn = ?", (name,)
        ).fetchone()
        return row["created_by_chat_id"] if row else None

    def may_edit(self, chat: int, name: str) -> bool:
        domains, subdomains = self.domain_grants(chat), self.subdomain_grants(chat)
        creator = self.creator(name) == chat and domains.get(parent(name), (False,) * 4)[2]
        grants = (domains.get(name), subdomains.get(name), domains.get(parent(name)))
        return creator or any(grant[0] for grant in grants if grant)

    def recent_actions(self) -> list[str]:
        rows = self._db.execute("SELECT * FROM action_logs ORDER BY created_at DESC LIMIT 15").fetchall()
        return [
            f"{datetime.fromisoformat(row['created_at']):%d.%m.%Y %H:%M:%S} @{row['username'] or row['user_id']}: {row['action']}"
            for row in rows
        ]

    # ---- what it writes ----

    def allow(self, chat: int, note: str | None) -> None:
        self._write("INSERT INTO allowed_chats (chat_id, added_by, note) VALUES (?, ?, ?)", chat, "@anna", note)

    def remove(self, chat: int) -> None:
        self._write("DELETE FROM allowed_chats WHERE chat_id = ?", chat)

    def grant_domain(self, chat: int, domain: str, *flags: bool) -> None:
        self._grant("domain_permissions", "domain_fqdn", DOMAIN_FLAGS, chat, domain, flags)

    def grant_subdomain(self, chat: int, name: str, *flags: bool) -> None:
        self._grant("subdomain_permissions", "subdomain_fqdn", SUBDOMAIN_FLAGS, chat, name, flags)

    def _grant(self, table: str, column: str, names: tuple[str, ...], chat: int, name: str, flags: tuple[bool, ...]) -> None:
        places = ", ".join("?" * (3 + len(names)))
        taken = ", ".join(f"{flag} = excluded.{flag}" for flag in names)
        self._write(
            f"INSERT INTO {table} (chat_id, {column}, granted_by, {', '.join(names)}) VALUES ({places})"
            f" ON CONFLICT(chat_id, {column}) DO UPDATE SET {taken},"
            " granted_by = excluded.granted_by, granted_at = CURRENT_TIMESTAMP",
            chat, name, "@anna", *flags,
        )  # fmt: skip

    def revoke_domain(self, chat: int, domain: str) -> None:
        self._write("DELETE FROM domain_permissions WHERE chat_id = ? AND domain_fqdn = ?", chat, domain)

    def created(self, name: str, chat: int) -> None:
        self._write(
            "INSERT INTO created_subdomains (subdomain_fqdn, created_by_chat_id) VALUES (?, ?)"
            " ON CONFLICT(subdomain_fqdn) DO NOTHING",
            name, chat,
        )  # fmt: skip

    def log(self, chat: int, action: str) -> None:
        self._write(
            "INSERT INTO action_logs (chat_id, user_id, username, action, details) VALUES (?, ?, ?, ?, ?)",
            chat, chat, "boris", action, None,
        )  # fmt: skip
