# SPDX-License-Identifier: MIT
"""What beget-sim answers, byte for byte. Each row is a test; its name says what it shows.

The program under test is $BEGET_SIM, or beget-sim in $BIN_DIR or build/dev/bin.
"""
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN_DIR = os.environ.get("BIN_DIR", ROOT / "build" / "dev" / "bin")
PROGRAM = os.environ.get("BEGET_SIM", os.path.join(BIN_DIR, "beget-sim"))
LOGIN = "sandbox"
PASSWORD = "c4ts&dog$ %+#/п"
DEADLINE_S = 20


class Dropped(Exception):
    """The connection ended without a complete answer."""


class Sim:
    """A running simulator."""

    def __init__(self, *options, env=None, host="127.0.0.1"):
        environment = dict(os.environ, BEGET_SIM_PASSWORD=PASSWORD)
        environment.update(env or {})
        self.process = subprocess.Popen([PROGRAM, "--listen", "127.0.0.1:0", *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        self.ready = self.process.stdout.readline().decode()
        found = re.fullmatch(rf"beget-sim listening on http://{re.escape(host)}:(\d+)\n", self.ready)
        assert found, self.ready
        self.port = int(found.group(1))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(DEADLINE_S)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
        return code

    def http(self, verb, path, body=None, content_type=None):
        """(status, content type, body) or Dropped."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request(verb, path, body, {"Content-Type": content_type} if content_type else {})
            response = connection.getresponse()
            return response.status, response.getheader("Content-Type"), response.read()
        except http.client.IncompleteRead as error:
            raise Dropped(error.partial) from error
        except (http.client.HTTPException, ConnectionError) as error:
            raise Dropped(b"") from error
        finally:
            connection.close()

    def form(self, method, fields):
        return self.http("POST", "/api/" + method, urllib.parse.urlencode(fields).encode(),
                         "application/x-www-form-urlencoded")

    def call(self, method, arguments=None):
        """A call in the form that the worker uses."""
        return self.form(method, {"login": LOGIN, "passwd": PASSWORD, "input_format": "json", "output_format": "json",
                                  "input_data": json.dumps(arguments or {}, ensure_ascii=False)})

    def result(self, method, arguments=None):
        answer = json.loads(self.call(method, arguments)[2])["answer"]
        assert answer["status"] == "success", answer
        return answer["result"]

    def control(self, path, body=None):
        verb, data = ("GET", None) if body is None else ("POST", json.dumps(body).encode())
        status, _, text = self.http(verb, "/control/" + path, data)
        assert status == 200, text
        return json.loads(text)

    def log(self):
        return self.control("log")["requests"]


@pytest.fixture(scope="module")
def running():
    sim = Sim()
    yield sim
    assert sim.stop() == 0


@pytest.fixture(name="sim")
def fresh(running):
    running.control("reset", {})
    return running


def ok(result):
    return b'{"status":"success","answer":{"status":"success","result":' + result.encode() + b"}}"


def no(code, text, number=False):
    shown = code if number else f'"{code}"'
    return (b'{"status":"success","answer":{"status":"error","errors":[{"error_code":' + shown.encode() +
            b',"error_text":' + text.encode() + b"}]}}")


def outer(code, text):
    return f'{{"status":"error","error_text":"{text}","error_code":"{code}"}}'.encode()


TRUE = ok("true")
NOT_FOUND = no("METHOD_FAILED", '{"type":"NOT_FOUND_ERROR","message":null}')
FORCED_A = no("METHOD_FAILED", '{"type":"INVALID_DATA_SINGLE","message":null}')
UNREADABLE = no("METHOD_FAILED", '"Failed to get DNS records"')
BAD_INPUT = no("INVALID_DATA", '"Incorrect input data"')
MIXED = no("INVALID_DATA", '"Records of different groups cannot be mixed"')
ROOT_ONLY = no("INVALID_DATA", '"NS and CNAME are for subdomains only"')
TOO_MANY = no("LIMIT_ERROR", '"Requests limit exceeded"')
WRONG_PASSWORD = outer("AUTH_ERROR", "Username\\/password incorrect")
SERVERS = ('"DNS":[{"value":"ns1.beget.pro"},{"value":"ns2.beget.pro"},{"value":"ns1.beget.com"},'
           '{"value":"ns2.beget.com"}],"DNS_IP":[{"value":""},{"value":""},{"value":""},{"value":""}]')
NONE = '"DNS":[],"DNS_IP":[]'
MAIL = ('"MX":[{"ttl":300,"exchange":"mx2.beget.com.","preference":20},'
        '{"ttl":300,"exchange":"mx1.beget.com.","preference":10}],"TXT":[{"ttl":300,"txtdata":"v=spf1 redirect=beget.com"}')
SHOP = (MAIL + ',{"ttl":300,"txtdata":"google-site-verification=aBc_123-XyZ\\/+="}],'
        '"A":[{"ttl":300,"address":"198.51.100.20"}],"AAAA":[{"ttl":300,"address":"2001:db8::20"}]')
CAA = '"CAA":[{"ttl":300,"flags":0,"tag":"issue","value":"letsencrypt.org"}]'
FRESH_SUB = ('"A":[{"ttl":600,"address":"198.51.100.20"}],"MX":[{"ttl":300,"exchange":"mx1.beget.com.","preference":10},'
             '{"ttl":300,"exchange":"mx2.beget.com.","preference":20}],'
             '"TXT":[{"ttl":300,"txtdata":"v=spf1 redirect=beget.com"}],' + NONE)


def shown(fqdn, records, set_type=1, sub=True, control=True, served=True):
    """The answer of dns/getData; records is what stands between its braces, or a whole member."""
    flags = [json.dumps(flag) for flag in (control, served, sub)]
    records = records if records.startswith(',') or records == "" else ',"records":{' + records + "}"
    return ok(f'{{"is_under_control":{flags[0]},"is_beget_dns":{flags[1]},"is_subdomain":{flags[2]},'
              f'"fqdn":"{fqdn}"{records},"set_type":{set_type}}}')


def write(fqdn, **records):
    return "dns/changeRecords", {"fqdn": fqdn, "records": records}


def read(fqdn):
    return "dns/getData", {"fqdn": fqdn}


def mode(**modes):
    return "/mode", modes


def a(*addresses):
    return [{"priority": (i + 1) * 10, "value": address} for i, address in enumerate(addresses)]


def wrote_a(*addresses):
    return '"A":[' + ",".join(f'{{"ttl":600,"address":"{address}"}}' for address in addresses) + "]"


SIP = ('"A":[{"ttl":600,"address":"198.51.100.30"}],"SRV":[{"ttl":600,"priority":10,"weight":5,"port":5060,'
       '"target":"sip.example.net."}],' + NONE)

# A row: what it shows, calls before (a "/name" is of the control API), the call, exactly its answer.
ROWS = [
    # ---- envelopes ----
    ("a mutation answers true", [], ("cron/setEmail", {"email": "a@example.org"}), TRUE),
    ("an unset text is null", [], ("cron/getEmail", {}), ok("null")),
    ("a set text is a text", [("cron/setEmail", {"email": "a@example.org"})], ("cron/getEmail", {}), ok('"a@example.org"')),
    ("toggleSsh answers an empty list", [], ("user/toggleSsh", {"status": 1}), ok("[]")),
    ("an unknown method is an outer error", [], ("dns/getdata", {}), outer("NO_SUCH_METHOD", "No such method")),
    ("a legacy method is gone", [], ("domain/getRenewInfo", {}), outer("NO_SUCH_METHOD", "No such method")),
    ("the documented heading getSiteListLoad is no method", [], ("stat/getSiteListLoad", {}),
     outer("NO_SUCH_METHOD", "No such method")),
    ("a path without a method is an incorrect request", [], ("dns", {}), outer("INCORRECT_REQUEST", "Incorrect request")),
    ("a missing argument is refused inside", [], ("dns/getData", {}), BAD_INPUT),
    ("a null argument is a missing one", [], ("dns/getData", {"fqdn": None}), BAD_INPUT),
    ("a list of arguments has no names", [], ("dns/getData", []), BAD_INPUT),
    ("unknown arguments are ignored", [], ("dns/getData", {"fqdn": "nope.ru", "ttl": 5}), UNREADABLE),
    ("the numeric code of a weak mailbox password", [],
     ("mail/createMailbox", {"domain": "example-shop.ru", "mailbox": "new", "mailbox_password": "weak"}),
     no("1208", '"Password too weak"', number=True)),
    ("the documented text of a long ftp login", [],
     ("ftp/add", {"suffix": "averylongsuffix", "homedir": "/", "password": "secret12"}),
     no("INVALID_DATA", '"Login length cannot be greater than 17 characters"')),
    ("a tariff limit has the code of the rate limit",
     [("ftp/add", {"suffix": f"u{i}", "homedir": "/", "password": "secret12"}) for i in range(9)],
     ("ftp/add", {"suffix": "u9", "homedir": "/", "password": "secret12"}), no("LIMIT_ERROR", '"FTP accounts limit exceeded"')),
    # ---- reading DNS ----
    ("a domain shows its records and its name servers", [], read("example-shop.ru"),
     shown("example-shop.ru", f"{SHOP},{CAA},{SERVERS}", sub=False)),
    ("a name is found in any case", [], read("Blog.Example-Shop.RU"), shown("blog.example-shop.ru", FRESH_SUB)),
    ("an IDN is known by its punycode", [], read("xn--e1afmkfd.xn--p1ai"),
     shown("xn--e1afmkfd.xn--p1ai", f'{MAIL}],"A":[{{"ttl":300,"address":"198.51.100.20"}}],{SERVERS}', sub=False)),
    ("an IDN is not known by its native form", [], read("пример.рф"), UNREADABLE),
    ("a domain that is delegated elsewhere says so", [], read("example.com"),
     shown("example.com", '"A":[{"ttl":300,"address":"198.51.100.20"}],"DNS":[{"value":"ada.ns.example"},'
           '{"value":"bob.ns.example"}],"DNS_IP":[{"value":""},{"value":""}]', sub=False, control=False, served=False)),
    ("a CNAME has the set type 3", [], read("shop.example-shop.ru"),
     shown("shop.example-shop.ru", '"CNAME":[{"cname":"target.example.net.","ttl":600}],' + NONE, set_type=3)),
    ("a delegation has the set type 2", [], read("lab.example-shop.ru"),
     shown("lab.example-shop.ru", '"NS":[{"ttl":600,"nsdname":"ns1.other.net."},{"ttl":600,"nsdname":"ns2.other.net."}],'
           + NONE, set_type=2)),
    ("an SRV record is shown in full", [], read("sip.example-shop.ru"), shown("sip.example-shop.ru", SIP)),
    ("a deep name is a name", [], read("user.forum.example-shop.ru"), shown("user.forum.example-shop.ru", FRESH_SUB)),
    ("a trailing dot is another name", [], read("example-shop.ru."), UNREADABLE),
    ("an unknown subdomain cannot be read", [], read("nope.example-shop.ru"), UNREADABLE),
    ("a foreign domain cannot be read", [], read("example.net"), UNREADABLE),
    ("an automatic www. name cannot be read", [], read("www.blog.example-shop.ru"), UNREADABLE),
    # ---- writing DNS ----
    ("a written group takes the place of the whole group", [write("example-shop.ru", TXT=[{"value": "one"}])],
     read("example-shop.ru"), shown("example-shop.ru", f'"TXT":[{{"ttl":600,"txtdata":"one"}}],{SERVERS}', sub=False)),
    ("name servers survive a group that is cleared", [write("example-shop.ru")],
     read("example-shop.ru"), shown("example-shop.ru", SERVERS, sub=False)),
    ("empty lists of every type clear the name",
     [write("example-shop.ru", A=[], AAAA=[], MX=[], TXT=[], CAA=[], SRV=[], CNAME=[], NS=[], XYZ=[])],
     read("example-shop.ru"), shown("example-shop.ru", SERVERS, sub=False)),
    ("records as an empty list clear the name, as PHP has it", [("dns/changeRecords", {"fqdn": "example-shop.ru", "records": []})],
     read("example-shop.ru"), shown("example-shop.ru", SERVERS, sub=False)),
    ("the documented keys are taken",
     [write("blog.example-shop.ru", A=a("203.0.113.1", "203.0.113.2"),
            MX=[{"priority": 10, "value": "mx1.example.net"}, {"priority": 20, "value": "mx2.example.net"}])],
     read("blog.example-shop.ru"),
     shown("blog.example-shop.ru", wrote_a("203.0.113.1", "203.0.113.2") +
           ',"MX":[{"ttl":600,"exchange":"mx2.example.net.","preference":20},'
           '{"ttl":600,"exchange":"mx1.example.net.","preference":10}],' + NONE)),
    ("the keys of reading are taken",
     [write("blog.example-shop.ru", A=[{"ttl": 5, "address": "203.0.113.1"}], AAAA=[{"address": "2001:db8::1"}],
            MX=[{"ttl": 300, "exchange": "mx1.example.net.", "preference": 7}], TXT=[{"txtdata": "x"}])],
     read("blog.example-shop.ru"),
     shown("blog.example-shop.ru", wrote_a("203.0.113.1") + ',"AAAA":[{"ttl":600,"address":"2001:db8::1"}],'
           '"MX":[{"ttl":600,"exchange":"mx1.example.net.","preference":7}],"TXT":[{"ttl":600,"txtdata":"x"}],' + NONE)),
    ("value wins over the key of reading",
     [write("blog.example-shop.ru", A=[{"address": "203.0.113.1", "value": "203.0.113.9"}])],
     read("blog.example-shop.ru"), shown("blog.example-shop.ru", wrote_a("203.0.113.9") + "," + NONE)),
    ("a missing MX priority follows from the place",
     [write("blog.example-shop.ru", MX=[{"value": "a.example.net"}, {"value": "b.example.net"}])],
     read("blog.example-shop.ru"),
     shown("blog.example-shop.ru", '"MX":[{"ttl":600,"exchange":"b.example.net.","preference":20},'
           '{"ttl":600,"exchange":"a.example.net.","preference":10}],' + NONE)),
    ("text keeps markup, Cyrillic and emoji", [write("blog.example-shop.ru", TXT=[{"value": "<b>&\"/ ё😀"}])],
     read("blog.example-shop.ru"),
     shown("blog.example-shop.ru", '"TXT":[{"ttl":600,"txtdata":"<b>&\\"\\/ \\u0451\\ud83d\\ude00"}],' + NONE)),
    ("a CNAME takes the place of an A", [write("blog.example-shop.ru", CNAME=a("target.example.net"))],
     read("blog.example-shop.ru"),
     shown("blog.example-shop.ru", '"CNAME":[{"ttl":600,"cname":"target.example.net."}],' + NONE, set_type=3)),
    ("an A takes the place of a CNAME", [write("shop.example-shop.ru", A=a("203.0.113.1"), CNAME=[])],
     read("shop.example-shop.ru"), shown("shop.example-shop.ru", wrote_a("203.0.113.1") + "," + NONE)),
    ("a delegation takes the place of an A", [write("blog.example-shop.ru", NS=a("ns1.other.net", "ns2.other.net."))],
     read("blog.example-shop.ru"),
     shown("blog.example-shop.ru", '"NS":[{"ttl":600,"nsdname":"ns1.other.net."},{"ttl":600,"nsdname":"ns2.other.net."}],'
           + NONE, set_type=2)),
    ("A and CNAME cannot be mixed", [], write("blog.example-shop.ru", A=a("203.0.113.1"), CNAME=a("x.example.net")), MIXED),
    ("NS and TXT cannot be mixed", [], write("blog.example-shop.ru", TXT=a("x"), NS=a("x.example.net")), MIXED),
    ("a refused change changes nothing", [write("blog.example-shop.ru", A=a("203.0.113.1", "bad"))],
     read("blog.example-shop.ru"), shown("blog.example-shop.ru", FRESH_SUB)),
    ("a domain cannot have a CNAME", [], write("example-shop.ru", CNAME=a("x.example.net")), ROOT_ONLY),
    ("a domain cannot have a delegation", [], write("example-shop.ru", NS=a("x.example.net")), ROOT_ONLY),
    ("ten of a type are allowed", [], write("blog.example-shop.ru", TXT=a(*"abcdefghij")), TRUE),
    ("eleven of a type are too many", [], write("blog.example-shop.ru", TXT=a(*"abcdefghijk")),
     no("INVALID_DATA", '"Too many TXT records"')),
    ("one CNAME is the most", [], write("blog.example-shop.ru", CNAME=a("a.example.net", "b.example.net")),
     no("INVALID_DATA", '"Too many CNAME records"')),
    ("four name servers are the most", [], write("example-shop.ru", DNS=a(*[f"ns{i}.example.net" for i in range(5)])),
     no("INVALID_DATA", '"Too many DNS records"')),
    ("an address must be one", [], write("blog.example-shop.ru", A=a("203.0.113.256")), no("INVALID_DATA", '"Incorrect value of A record"')),
    ("an IPv6 address is no A", [], write("blog.example-shop.ru", A=a("2001:db8::1")), no("INVALID_DATA", '"Incorrect value of A record"')),
    ("an IPv4 address is no mail exchange", [], write("blog.example-shop.ru", MX=a("203.0.113.1")),
     no("INVALID_DATA", '"Incorrect value of MX record"')),
    ("an MX priority has 16 bits", [], write("blog.example-shop.ru", MX=[{"value": "a.example.net", "priority": 65536}]),
     no("INVALID_DATA", '"Incorrect value of MX record"')),
    ("a label of 64 bytes is too long", [], write("blog.example-shop.ru", CNAME=a("x" * 64 + ".example.net")),
     no("INVALID_DATA", '"Incorrect value of CNAME record"')),
    ("records must be an object", [], ("dns/changeRecords", {"fqdn": "blog.example-shop.ru", "records": "A"}), BAD_INPUT),
    ("a foreign domain is not found", [], write("example.net", A=a("203.0.113.1")), NOT_FOUND),
    ("a name that only ends alike is foreign", [], write("notexample-shop.ru", A=a("203.0.113.1")), NOT_FOUND),
    # ---- name servers ----
    ("name servers are changed without touching the records",
     [write("xn--e1afmkfd.xn--p1ai", DNS=a("ns1.other.net", "ns2.other.net"))], read("xn--e1afmkfd.xn--p1ai"),
     shown("xn--e1afmkfd.xn--p1ai", f'{MAIL}],"A":[{{"ttl":300,"address":"198.51.100.20"}}],"DNS":[{{"value":"ns1.other.net"}},'
           '{"value":"ns2.other.net"}],"DNS_IP":[{"value":""},{"value":""}]', sub=False, served=False)),
    ("name servers and records go together", [], write("example-shop.ru", A=a("203.0.113.1"), DNS=a("ns1.other.net")), TRUE),
    ("what was read can be written back",
     [], write("example-shop.ru", A=[{"ttl": 300, "address": "198.51.100.20"}], DNS=[{"value": "ns1.beget.com"}],
               DNS_IP=[{"value": ""}]), TRUE),
    ("a subdomain has no name servers of its own", [], write("blog.example-shop.ru", DNS=a("ns1.other.net")),
     no("INVALID_DATA", '"DNS servers cannot be set for a subdomain"')),
    ("a domain registered elsewhere keeps its name servers", [], write("example.com", DNS=a("ns1.other.net")),
     no("INVALID_DATA", '"The domain is not under control"')),
    ("a domain registered elsewhere may have them sent back", [],
     write("example.com", A=a("203.0.113.1"), DNS=a("ada.ns.example", "bob.ns.example")), TRUE),
    ("a name server in the domain needs an address", [], write("example-shop.ru", DNS=a("ns1.example-shop.ru")),
     no("INVALID_DATA", '"DNS_IP is required"')),
    ("a name server in the domain with its address", [],
     write("example-shop.ru", DNS=a("ns1.example-shop.ru"), DNS_IP=a("203.0.113.1")), TRUE),
    ("there are as many addresses as name servers", [],
     write("example-shop.ru", DNS=a("ns1.other.net", "ns2.other.net"), DNS_IP=a("203.0.113.1")),
     no("INVALID_DATA", '"DNS and DNS_IP differ in number"')),
    # ---- the technical domain ----
    ("the address of the technical domain is forced", [], write("sandbox.beget.tech", A=a("203.0.113.1")), FORCED_A),
    ("its other records can be written without it", [write("sandbox.beget.tech", TXT=a("x"))], read("sandbox.beget.tech"),
     shown("sandbox.beget.tech", f'"TXT":[{{"ttl":600,"txtdata":"x"}}],"A":[{{"ttl":300,"address":"198.51.100.20"}}],{SERVERS}',
           sub=False, control=False)),
    ("a name below it can have an address", [], write("x.sandbox.beget.tech", A=a("203.0.113.1")), TRUE),
    # ---- twins and blind names ----
    ("an automatic www. name can be written", [], write("www.blog.example-shop.ru", A=a("203.0.113.1")), TRUE),
    ("writing an automatic www. name does not make it readable", [write("www.blog.example-shop.ru", A=a("203.0.113.1"))],
     read("www.blog.example-shop.ru"), UNREADABLE),
    ("a blind name can be written", [], write("_acme-challenge.example-shop.ru", TXT=[{"value": "token"}]), TRUE),
    ("a blind name cannot be read", [write("_acme-challenge.example-shop.ru", TXT=[{"value": "token"}])],
     read("_acme-challenge.example-shop.ru"), UNREADABLE),
    ("a wildcard is a name", [], write("*.example-shop.ru", A=a("203.0.113.1")), TRUE),
    ("a blind name that is added gets the default records",
     [write("new.example-shop.ru", TXT=[{"value": "token"}]),
      ("domain/addSubdomainVirtual", {"subdomain": "new", "domain_id": 10234567})],
     read("new.example-shop.ru"), shown("new.example-shop.ru", FRESH_SUB)),
    ("a deleted subdomain cannot be read", [("domain/deleteSubdomain", {"id": 3344001})], read("blog.example-shop.ru"), UNREADABLE),
    ("a deleted subdomain can still be cleared", [("domain/deleteSubdomain", {"id": 3344001})], write("blog.example-shop.ru"), TRUE),
    # ---- domains ----
    ("a new subdomain answers its id", [], ("domain/addSubdomainVirtual", {"subdomain": "new", "domain_id": "10234567"}), ok("3400001")),
    ("an existing subdomain is refused", [], ("domain/addSubdomainVirtual", {"subdomain": "blog", "domain_id": 10234567}),
     no("METHOD_FAILED", '"Subdomain already exists"')),
    ("a subdomain needs a domain of the account", [], ("domain/addSubdomainVirtual", {"subdomain": "new", "domain_id": 1}),
     no("METHOD_FAILED", '"Domain not found"')),
    ("a subdomain has a name", [], ("domain/addSubdomainVirtual", {"subdomain": "a b", "domain_id": 10234567}),
     no("INVALID_DATA", '"Incorrect subdomain name"')),
    ("www can be added like any other", [("domain/addSubdomainVirtual", {"subdomain": "www", "domain_id": 10234567})],
     read("www.example-shop.ru"), shown("www.example-shop.ru", FRESH_SUB)),
    ("the subdomains are one flat list with the twins", [], ("domain/getSubdomainList", {}),
     ok("[" + ",".join(f'{{"id":{number},"fqdn":"{fqdn}.example-shop.ru","domain_id":10234567}}' for number, fqdn in
                       ((3344001, "blog"), (3344002, "www.blog"), (3344003, "shop"), (3344004, "lab"), (3344005, "sip"),
                        (3344006, "user.forum"))) + "]")),
    ("deleting an unknown subdomain fails", [], ("domain/deleteSubdomain", {"id": 1}), no("METHOD_FAILED", '"Failed to delete subdomain"')),
    ("a new domain answers its id", [], ("domain/addVirtual", {"hostname": "new", "zone_id": 1}), ok("10300001")),
    ("a domain of another account is refused with its name", [], ("domain/addVirtual", {"hostname": "taken-name", "zone_id": 2}),
     no("METHOD_FAILED", '"Failed to add virtual domain taken-name.com"')),
    ("an unknown zone is refused", [], ("domain/addVirtual", {"hostname": "new", "zone_id": 99}), no("INVALID_DATA", '"Unknown zone"')),
    ("a deleted domain takes its subdomains along", [("domain/delete", {"id": 10234567})], ("domain/getSubdomainList", {}), ok("[]")),
    ("the technical domain cannot be deleted", [], ("domain/delete", {"id": 9001002}), no("METHOD_FAILED", '"Failed to delete domain"')),
    ("a free name can be registered", [], ("domain/checkDomainToRegister", {"hostname": "free", "zone_id": 1, "period": 1}),
     ok('{"may_be_registered":true,"bonus_domains":0,"balance":512.4,"pay_type":"money","price":199,"in_system":false}')),
    ("a name that is too dear has pay type false", [], ("domain/checkDomainToRegister", {"hostname": "free", "zone_id": 2, "period": 1}),
     ok('{"may_be_registered":true,"bonus_domains":0,"balance":512.4,"pay_type":false,"price":1290,"in_system":false}')),
    ("a name of the account is in the system", [], ("domain/checkDomainToRegister", {"hostname": "example", "zone_id": 2, "period": 1}),
     ok('{"may_be_registered":false,"bonus_domains":0,"balance":512.4,"pay_type":false,"price":1290,"in_system":true}')),
    ("a PHP version with its choices", [], ("domain/getPhpVersion", {"full_fqdn": "example-shop.ru"}),
     ok('{"full_fqdn":"example-shop.ru","php_version":"8.2","cgi":"disabled","allowed_versions":["5.6","7.4","8.0","8.1","8.2","8.3"]}')),
    ("a changed PHP version takes effect in some time", [],
     ("domain/changePhpVersion", {"full_fqdn": "example-shop.ru", "php_version": "8.3", "is_cgi": 1}),
     ok('{"full_fqdn":"example-shop.ru","result":"changes will take effect in some time","php_version":"8.3","cgi":"enabled"}')),
    ("directives are listed", [], ("domain/getDirectives", {"full_fqdn": "example-shop.ru"}),
     ok('[{"name":"php_admin_value","value":"memory_limit 256M"}]')),
    ("a directive is removed by name and value",
     [("domain/removeDirectives", {"full_fqdn": "example-shop.ru",
                                   "directives_list": [{"name": "php_admin_value", "value": "memory_limit 256M"}]})],
     ("domain/getDirectives", {"full_fqdn": "example-shop.ru"}), ok("[]")),
    # ---- the other sections ----
    ("ftp accounts are listed", [], ("ftp/getList", {}), ok('[{"login":"sandbox_ftp1","homedir":"\\/example-shop.ru\\/public_html"}]')),
    ("a deleted ftp account is gone", [("ftp/delete", {"suffix": "ftp1"})], ("ftp/getList", {}), ok("[]")),
    ("databases are listed with their accesses", [], ("mysql/getList", {}),
     ok('[{"name":"sandbox_wp","size":44,"accesses":[{"name":"localhost"},{"name":"203.0.113.5"}]},'
        '{"name":"sandbox_shop","size":1,"accesses":[{"name":"localhost"}]}]')),
    ("a dropped database takes its accesses along",
     [("mysql/dropDb", {"suffix": "wp"}), ("mysql/addDb", {"suffix": "wp", "password": "secret12"})], ("mysql/getList", {}),
     ok('[{"name":"sandbox_shop","size":1,"accesses":[{"name":"localhost"}]},{"name":"sandbox_wp","size":0,"accesses":[{"name":"localhost"}]}]')),
    ("cron jobs are listed", [], ("cron/getList", {}),
     ok('[{"row_number":1203344,"minutes":"*\\/10","hours":"*","days":"*","months":"*","weekdays":"*",'
        '"command":"\\/usr\\/local\\/bin\\/php8.2 ~\\/example-shop.ru\\/public_html\\/cron.php","is_hidden":0}]')),
    ("a new cron job answers its number", [],
     ("cron/add", {"minutes": 0, "hours": "*", "days": "*", "months": "*", "weekdays": "1-5", "command": "true"}), ok('{"row_number":5012345}')),
    ("an edited cron job is replaced and stays hidden",
     [("cron/changeHiddenState", {"row_number": 1203344, "is_hidden": 1}),
      ("cron/edit", {"id": 1203344, "minutes": "1", "hours": "2", "days": "3", "months": "4", "weekdays": "5", "command": "x"})],
     ("cron/getList", {}),
     ok('[{"row_number":1203344,"minutes":"1","hours":"2","days":"3","months":"4","weekdays":"5","command":"x","is_hidden":1}]')),
    ("mailboxes of a domain are listed", [], ("mail/getMailboxList", {"domain": "example-shop.ru"}),
     ok('[{"mailbox":"info","domain":"example-shop.ru","spam_filter_status":1,"forward_mail_status":"no_forward"},'
        '{"mailbox":"sales.dep","domain":"example-shop.ru","spam_filter_status":0,"forward_mail_status":"forward_and_delete"}]')),
    ("forwarding addresses are listed", [("mail/forwardListAddMailbox", {"domain": "example-shop.ru", "mailbox": "info",
                                                                        "forward_mailbox": "b@example.org"})],
     ("mail/forwardListShow", {"domain": "example-shop.ru", "mailbox": "info"}), ok('[{"forward_mailbox":"b@example.org"}]')),
    ("sites are listed with their domains", [], ("site/getList", {}),
     ok('[{"id":125,"path":"example-shop.ru\\/public_html","domains":[{"id":10234567,"fqdn":"example-shop.ru","php_version":"8.2",'
        '"http_version":2,"ssl":true,"ssl_status":"wle_set","nginx_template":"default","redis_session":false}]},'
        '{"id":124,"path":"empty.ru\\/public_html","domains":[]}]')),
    ("a site freezes", [("site/freeze", {"id": 124})], ("site/isSiteFrozen", {"site_id": "124"}), TRUE),
    ("backups are listed", [], ("backup/getFileBackupList", {}),
     ok('[{"backup_id":371002210,"date":"2025-04-06 05:12:33"},{"backup_id":370844175,"date":"2025-04-04 05:40:09"}]')),
    ("the backup log has the latest first", [], ("backup/getLog", {}),
     ok('[{"id":91507,"operation":"download","type":"download_mysql","date_create":"2025-03-06 14:22:13","target_list":["sandbox_shop"],'
        '"status":"success"},{"id":91455,"operation":"restore","type":"restore_file","date_create":"2025-03-05 13:55:20",'
        '"target_list":["\\/example-shop.ru\\/public_html"],"status":"success"}]')),
    ("files of a directory are listed", [], ("backup/getFileList", {"path": "/example-shop.ru/public_html"}),
     ok('[{"name":"wp-content","is_dir":1,"mtime":"2025-02-25 18:35:05","size":4096},'
        '{"name":"index.php","is_dir":0,"mtime":"2024-11-13 11:02:13","size":405}]')),
    ("loads are texts", [], ("stat/getSitesListLoad", {}),
     ok('[{"name":"example-shop.ru","id":"125","cp":"19.257188"},{"name":"empty.ru","id":"124","cp":"9.257188"}]')),
    # ---- modes ----
    ("docs types: ids of subdomains are texts", [mode(types="docs"), ("domain/delete", {"id": 10234567}),
                                                 ("domain/addSubdomainVirtual", {"subdomain": "x", "domain_id": 10234570})],
     ("domain/getSubdomainList", {}),
     ok('[{"id":"3400001","fqdn":"x.\\u043f\\u0440\\u0438\\u043c\\u0435\\u0440.\\u0440\\u0444","domain_id":"10234570"},'
        '{"id":"3400002","fqdn":"www.x.\\u043f\\u0440\\u0438\\u043c\\u0435\\u0440.\\u0440\\u0444","domain_id":"10234570"}]')),
    ("docs types: getData has values and priorities", [mode(types="docs")], read("example.com"),
     ok('{"is_under_control":0,"is_beget_dns":0,"is_subdomain":0,"fqdn":"example.com","records":{"A":[{"value":"198.51.100.20",'
        '"priority":10}],"DNS":[{"value":"ada.ns.example","priority":10},{"value":"bob.ns.example","priority":20}],'
        '"DNS_IP":[{"value":null,"priority":10},{"value":null,"priority":20}],"TXT":[{"value":"","priority":0}]},"set_type":1}')),
    ("docs types: what getData shows can be written back", [mode(types="docs")],
     write("blog.example-shop.ru", A=[{"value": "203.0.113.1", "priority": 10}], TXT=[{"value": "", "priority": 0}],
           DNS=[], DNS_IP=[]), TRUE),
    ("docs types: cron numbers are texts", [mode(types="docs"), ("cron/delete", {"row_number": 1203344}),
                                            ("cron/add", {"minutes": "*", "hours": "*", "days": "*", "months": "*",
                                                          "weekdays": "*", "command": "x"})], ("cron/getList", {}),
     ok('[{"row_number":"5012345","minutes":"*","hours":"*","days":"*","months":"*","weekdays":"*","command":"x","is_hidden":"0"}]')),
    ("no records: the key is absent", [write("blog.example-shop.ru")], read("blog.example-shop.ru"), shown("blog.example-shop.ru", "")),
    ("no records: an empty object", [mode(records_empty="object"), write("blog.example-shop.ru")], read("blog.example-shop.ru"),
     shown("blog.example-shop.ru", ',"records":{}')),
    ("no records: an empty list", [mode(records_empty="list"), write("blog.example-shop.ru")], read("blog.example-shop.ru"),
     shown("blog.example-shop.ru", ',"records":[]')),
    ("twins can be left out of the list", [mode(www_in_list="off"), ("domain/deleteSubdomain", {"id": 3344003}),
                                           ("domain/deleteSubdomain", {"id": 3344004}), ("domain/deleteSubdomain", {"id": 3344005}),
                                           ("domain/deleteSubdomain", {"id": 3344006})], ("domain/getSubdomainList", {}),
     ok('[{"id":3344001,"fqdn":"blog.example-shop.ru","domain_id":10234567}]')),
    ("site/add answers the id", [], ("site/add", {"name": "new.ru"}), ok("5012345")),
    ("site/add answers true", [mode(site_add="true")], ("site/add", {"name": "new.ru"}), TRUE),
    ("CAA is lost by a write", [write("example-shop.ru", A=a("203.0.113.1"), CAA=[{"flags": 0, "tag": "issue", "value": "x.org"}])],
     read("example-shop.ru"), shown("example-shop.ru", wrote_a("203.0.113.1") + "," + SERVERS, sub=False)),
    ("CAA is kept when it is sent",
     [mode(caa_srv="keep"), write("example-shop.ru", A=a("203.0.113.1"), CAA=[{"flags": 0, "tag": "issue", "value": "x.org"}])],
     read("example-shop.ru"),
     shown("example-shop.ru", wrote_a("203.0.113.1") + ',"CAA":[{"ttl":600,"flags":0,"tag":"issue","value":"x.org"}],' + SERVERS, sub=False)),
    ("SRV is kept when it is sent as read",
     [mode(caa_srv="keep"), write("sip.example-shop.ru", A=[{"ttl": 600, "address": "198.51.100.30"}],
                                  SRV=[{"ttl": 600, "priority": 10, "weight": 5, "port": 5060, "target": "sip.example.net."}])],
     read("sip.example-shop.ru"), shown("sip.example-shop.ru", SIP)),
    # ---- the control API ----
    ("records can be set behind the caller's back", [("/records", {"fqdn": "blog.example-shop.ru", "set_type": 1,
                                                                  "records": {"A": [{"address": "203.0.113.7"}]}})],
     read("blog.example-shop.ru"), shown("blog.example-shop.ru", '"A":[{"address":"203.0.113.7"}]')),
    ("records set for an unknown name make it a subdomain", [("/records", {"fqdn": "x.example-shop.ru", "set_type": 3,
                                                                          "records": {"CNAME": [{"cname": "y."}]}})],
     read("x.example-shop.ru"), shown("x.example-shop.ru", '"CNAME":[{"cname":"y."}]', set_type=3)),
    ("a domain can be added that is delegated elsewhere", [("/domain", {"fqdn": "Новый.рф", "beget_dns": False})],
     read("xn--b1aoke0e.xn--p1ai"),
     shown("xn--b1aoke0e.xn--p1ai", f'{MAIL}],"A":[{{"ttl":300,"address":"198.51.100.20"}}],"DNS":[{{"value":"ada.ns.example"}},'
           '{"value":"bob.ns.example"}],"DNS_IP":[{"value":""},{"value":""}]', sub=False, control=False, served=False)),
]


@pytest.mark.parametrize("before, request_, expected", [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_answer(sim, before, request_, expected):
    for method, arguments in before:
        if method.startswith("/"):
            sim.control(method[1:], arguments)
        else:
            sim.call(method, arguments)
    assert sim.call(*request_) == (200, "text/html; charset=UTF-8", expected)


# ---- transport ----

CREDENTIALS = {"login": LOGIN, "passwd": PASSWORD}
BLOG = shown("blog.example-shop.ru", FRESH_SUB)

# A row: what it shows, the fields of the form, method, status, body.
FORMS = [
    ("plain arguments are parameters", {**CREDENTIALS, "fqdn": "blog.example-shop.ru"}, "dns/getData", 200, BLOG),
    ("plain can be said", {**CREDENTIALS, "fqdn": "blog.example-shop.ru", "input_format": "plain"}, "dns/getData", 200, BLOG),
    ("plain lists have brackets", {**CREDENTIALS, "fqdn": "blog.example-shop.ru", "records[A][0][value]": "203.0.113.1",
                                   "records[A][0][priority]": "10", "records[TXT][][value]": "x"}, "dns/changeRecords", 200, TRUE),
    ("no arguments and no format", CREDENTIALS, "cron/getEmail", 200, ok("null")),
    ("json without input_data where none is needed", {**CREDENTIALS, "input_format": "json"}, "cron/getEmail", 200, ok("null")),
    ("json without input_data where it is needed", {**CREDENTIALS, "input_format": "json"}, "dns/getData", 200, BAD_INPUT),
    ("input_data that is not JSON", {**CREDENTIALS, "input_format": "json", "input_data": "{"}, "dns/getData", 500,
     b"Cannot parse the JSON input params"),
    ("input_data that is a text", {**CREDENTIALS, "input_format": "json", "input_data": '"x"'}, "dns/getData", 500,
     b"Cannot parse the JSON input params"),
    ("no credentials", {"fqdn": "blog.example-shop.ru"}, "dns/getData", 200, WRONG_PASSWORD),
    ("a wrong password", {"login": LOGIN, "passwd": "x"}, "dns/getData", 200, WRONG_PASSWORD),
    ("a wrong login", {"login": "x", "passwd": PASSWORD}, "dns/getData", 200, WRONG_PASSWORD),
]


@pytest.mark.parametrize("fields, method, status, expected", [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_form(sim, fields, method, status, expected):
    answer = sim.form(method, fields)
    assert (answer[0], answer[2]) == (status, expected)


@pytest.mark.parametrize("name", ["input_format", "output_format"])
def test_unknown_formats_are_an_html_error(sim, name):
    status, content_type, body = sim.form("cron/getEmail", {**CREDENTIALS, name: "xml"})
    assert (status, content_type) == (500, "text/html; charset=UTF-8")
    assert body.startswith(b"<html>")


def test_everything_can_be_in_the_query(sim):
    query = urllib.parse.urlencode({**CREDENTIALS, "fqdn": "blog.example-shop.ru"})
    assert sim.http("GET", "/api/dns/getData?" + query)[2] == BLOG


def test_brackets_can_be_in_the_query(sim):
    query = urllib.parse.urlencode({**CREDENTIALS, "fqdn": "blog.example-shop.ru", "records[A][0][value]": "203.0.113.1"})
    assert sim.http("GET", "/api/dns/changeRecords?" + query)[2] == TRUE
    assert sim.log()[0]["input"] == {"fqdn": "blog.example-shop.ru", "records": {"A": [{"value": "203.0.113.1"}]}}


def test_query_and_body_are_merged(sim):
    query = urllib.parse.urlencode({**CREDENTIALS, "input_format": "json"})
    body = urllib.parse.urlencode({"input_data": '{"fqdn":"blog.example-shop.ru"}'}).encode()
    assert sim.http("POST", "/api/dns/getData?" + query, body, "application/x-www-form-urlencoded")[2] == BLOG


def test_a_multipart_body_is_merged(sim):
    query = urllib.parse.urlencode({**CREDENTIALS, "input_format": "json"})
    body = (b'--b0\r\nContent-Disposition: form-data; name="input_data"\r\nContent-Type: text/plain\r\n\r\n'
            b'{"fqdn":"blog.example-shop.ru"}\r\n--b0--\r\n')
    assert sim.http("POST", "/api/dns/getData?" + query, body, 'multipart/form-data; boundary="b0"')[2] == BLOG


def test_the_account_and_its_use(sim):
    info = sim.result("user/getAccountInfo")
    assert [info[key] for key in ("user_sites", "user_domains", "user_ftp", "user_mail", "user_mysqlsize")] == [2, 4, 1, 2, 45]
    assert (info["user_rate_current"], info["user_is_year_plan"], info["server_loadaverage"]) == (9.15, "0", 11.270000457764)
    sim.control("mode", {"types": "docs"})
    info = sim.result("user/getAccountInfo")
    assert (info["user_rate_current"], info["server_memory"]) == ("9.15", "515903")


def test_domains_have_native_names_and_adjacent_keys(sim):
    body = sim.call("domain/getList")[2]
    assert body.startswith(ok("")[:-2] + b'[{"id":10234567,"fqdn":"example-shop.ru","date_add":"2025-03-11 09:15:20","auto_renew":true,'
                           b'"date_register":"2025-03-11","date_expire":"2026-03-11","can_renew":null,"registrar":"beget",'
                           b'"registrar_status":"delegated","register_order_status":"FINISH","register_order_comment":null,'
                           b'"renew_order_status":null,"is_under_control":1},{"id":10234570,"fqdn":"\\u043f')
    assert [row["fqdn"] for row in sim.result("domain/getList")] == ["example-shop.ru", "пример.рф", "example.com", "sandbox.beget.tech"]


def test_docs_types_of_domains(sim):
    sim.control("mode", {"types": "docs"})
    row = sim.result("domain/getList")[2]
    assert (row["id"], row["auto_renew"], row["can_renew"], row["date_expire"], row["is_under_control"]) == ("10234571", "0", "0", 0, 0)
    zone = sim.result("domain/getZoneList")["ru"]
    assert (zone["id"], zone["is_idn"], zone["price_idn"]) == ("1", "false", None)


def test_all_65_methods_are_known(sim):
    table = (ROOT / "tests" / "sandbox" / "beget" / "methods.c").read_text()
    methods = re.findall(r'^    \{"([a-z]+/[A-Za-z]+)"', table, re.M)
    assert len(methods) == 65
    sim.control("mode", {"rate": "off"})
    for method in methods:
        status, _, body = sim.call(method)
        assert status == 200 and b"NO_SUCH_METHOD" not in body and b"not modelled" not in body, method


# ---- the request limit ----

def test_sixty_requests_a_minute(sim):
    answers = [sim.call("cron/getEmail")[2] for _ in range(62)]
    assert answers == [ok("null")] * 60 + [TOO_MANY] * 2
    assert [row["outcome"] for row in sim.log()[59:61]] == ["success", "inner:LIMIT_ERROR"]


def test_the_window_slides(sim):
    for _ in range(59):
        sim.call("cron/getEmail")
    sim.control("clock", {"advance_ms": 30000})
    assert [sim.call("cron/getEmail")[2] for _ in range(2)] == [ok("null"), TOO_MANY]
    sim.control("clock", {"advance_ms": 30000})
    assert [sim.call("cron/getEmail")[2] for _ in range(60)] == [ok("null")] * 59 + [TOO_MANY]


def test_refused_logins_do_not_count(sim):
    for _ in range(61):
        sim.form("cron/getEmail", {"login": LOGIN, "passwd": "x"})
    assert sim.call("cron/getEmail")[2] == ok("null")


def test_the_limit_can_be_switched_off(sim):
    sim.control("mode", {"rate": "off"})
    assert {sim.call("cron/getEmail")[2] for _ in range(70)} == {ok("null")}


# ---- faults ----

CHANGE = write("blog.example-shop.ru", A=a("203.0.113.1"))
HALF = TRUE[:len(TRUE) // 2]

# A row: kind, status or None for a dropped connection, body or what it begins with, outcome in the log, effect.
FAULTS = [
    ("auth", 200, WRONG_PASSWORD, "outer:AUTH_ERROR", False),
    ("denied", 200, outer("AUTH_ERROR", "Cannot access method dns"), "outer:AUTH_ERROR", False),
    ("disabled", 200, b'{"status":"error","error_text":"Method disabled"}', "outer:", False),
    ("limit", 200, TOO_MANY, "inner:LIMIT_ERROR", False),
    ("failed", 200, no("METHOD_FAILED", '"Method failed"'), "inner:METHOD_FAILED", False),
    ("invalid", 200, BAD_INPUT, "inner:INVALID_DATA", False),
    ("object_text", 200, NOT_FOUND, "inner:METHOD_FAILED", False),
    ("string_error", 200, b'{"status":"success","answer":{"status":"error","errors":["Method failed"]}}', "inner:", False),
    ("html500", 500, b"<html>", "http:500", False),
    ("html502", 502, b"<html>", "http:502", False),
    ("empty", 200, b"", "empty", False),
    ("nonjson", 200, b"Service is temporarily unavailable", "nonjson", False),
    ("true_literal", 200, b"true", "true_literal", False),
    ("null_result", 200, ok("null"), "success", True),
    ("empty_list", 200, ok("[]"), "success", True),
    ("cut", None, HALF, "cut", True),
    ("drop_before", None, b"", "drop", False),
    ("drop_after", None, b"", "drop", True),
    ("hang", 200, TRUE, "success", True),
    ("hang_after", 200, TRUE, "success", True),
]


@pytest.mark.parametrize("kind, status, body, outcome, effect", FAULTS, ids=[row[0] for row in FAULTS])
def test_fault(sim, kind, status, body, outcome, effect):
    sim.control("fault", {"method": "dns/changeRecords", "kind": kind, "ms": 1})
    if status is None:
        with pytest.raises(Dropped) as dropped:
            sim.call(*CHANGE)
        assert dropped.value.args[0] == body
    else:
        answer = sim.call(*CHANGE)
        assert answer[0] == status and (answer[2].startswith(body) if body == b"<html>" else answer[2] == body)
    entry = sim.log()[0]
    assert (entry["outcome"], entry["fault"], entry["effect"]) == (outcome, kind, effect)
    after = sim.result(*read("blog.example-shop.ru"))["records"]["A"]
    assert (after == [{"ttl": 600, "address": "203.0.113.1"}]) == effect
    assert sim.call(*CHANGE)[2] == TRUE, "the fault struck once"


def test_a_gateway_page_can_hide_an_effect(sim):
    sim.control("fault", {"method": "dns/changeRecords", "kind": "html502", "effect": True})
    assert sim.call(*CHANGE)[0] == 502
    assert sim.log()[0]["effect"] is True


def test_a_fault_is_for_one_method(sim):
    sim.control("fault", {"method": "dns/getData", "kind": "empty"})
    assert sim.call("cron/getEmail")[2] == ok("null")
    assert sim.call(*read("blog.example-shop.ru"))[2] == b""


def test_a_fault_for_all_strikes_until_it_is_cleared(sim):
    sim.control("fault", {"method": "*", "kind": "empty", "count": -1})
    assert {sim.call("cron/getEmail")[2] for _ in range(5)} == {b""}
    sim.control("fault/clear", {})
    assert sim.call("cron/getEmail")[2] == ok("null")


def test_faults_strike_in_the_order_they_were_asked_for(sim):
    sim.control("fault", {"method": "*", "kind": "limit", "count": 2})
    sim.control("fault", {"method": "*", "kind": "true_literal"})
    assert [sim.call("cron/getEmail")[2] for _ in range(4)] == [TOO_MANY, TOO_MANY, b"true", ok("null")]


def test_a_fault_can_strike_by_chance_that_a_seed_repeats(sim):
    def struck(seed):
        sim.control("fault", {"method": "cron/getEmail", "kind": "empty", "count": -1, "percent": 20, "seed": seed})
        answers = [sim.call("cron/getEmail")[2] for _ in range(200)]
        sim.control("fault/clear", {})
        return [answer == b"" for answer in answers]

    first = struck(7)
    assert 20 < sum(first) < 60
    assert struck(7) == first and struck(8) != first


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline


def test_a_hanging_request_is_seen_before_its_effect(sim):
    sim.control("fault", {"method": "dns/changeRecords", "kind": "hang", "ms": 700})
    answers = []
    thread = threading.Thread(target=lambda: answers.append(sim.call(*CHANGE)))
    thread.start()
    wait_for(sim.log)
    assert (sim.log()[0]["outcome"], sim.log()[0]["effect"]) == ("pending", False)
    assert "203.0.113.1" not in json.dumps(sim.control("state"))
    thread.join(DEADLINE_S)
    assert answers[0][2] == TRUE and sim.log()[0]["effect"] is True


def test_a_hanging_request_gives_up_at_the_end():
    sim = Sim()
    sim.control("fault", {"method": "*", "kind": "hang", "ms": 3600000})
    failures = []

    def hang():
        try:
            sim.call("cron/getEmail")
        except Dropped as dropped:
            failures.append(dropped)

    thread = threading.Thread(target=hang)
    thread.start()
    wait_for(sim.log)
    assert sim.stop() == 0
    thread.join(DEADLINE_S)
    assert len(failures) == 1


# ---- the log and the state ----

def test_the_log_has_order_time_and_input(sim):
    sim.call(*read("blog.example-shop.ru"))
    sim.call(*CHANGE)
    first, second = sim.log()
    assert (first["n"], first["method"], first["input"], first["outcome"], first["effect"]) == (
        1, "dns/getData", {"fqdn": "blog.example-shop.ru"}, "success", False)
    assert (second["n"], second["input"], second["effect"]) == (2, CHANGE[1], True)
    assert first["ms"] <= first["done_ms"] <= second["ms"] and abs(first["ms"] / 1000 - time.time()) < 60
    assert [row["n"] for row in sim.control("log?after=1")["requests"]] == [2]


def test_secrets_are_in_no_log_and_no_state(sim):
    sim.form("ftp/add", {**CREDENTIALS, "suffix": "x", "homedir": "/", "password": "covert-one"})
    sim.call("mail/createMailbox", {"domain": "example-shop.ru", "mailbox": "x", "mailbox_password": "covert-2",
                                    "login": LOGIN, "passwd": PASSWORD})
    entries = sim.log()
    assert [row["outcome"] for row in entries] == ["success", "success"]
    assert entries[0]["input"] == {"suffix": "x", "homedir": "/", "password": "***"}
    assert "login" not in entries[1]["input"] and "passwd" not in entries[1]["input"]
    for text in (json.dumps(entries), json.dumps(sim.control("state"))):
        assert "covert" not in text and PASSWORD not in text and "c4ts" not in text


def test_unreadable_input_is_logged_as_null(sim):
    sim.form("dns/getData", {**CREDENTIALS, "input_format": "json", "input_data": "{"})
    assert (sim.log()[0]["input"], sim.log()[0]["outcome"]) == (None, "http:500")


def test_twins_and_blind_names_are_in_the_state(sim):
    sim.call(*write("_acme-challenge.example-shop.ru", TXT=[{"value": "token"}]))
    sim.call(*write("www.blog.example-shop.ru", A=a("203.0.113.1")))
    names = {row["ascii"]: row for row in sim.control("state")["names"]}
    assert names["_acme-challenge.example-shop.ru"]["kind"] == "blind"
    assert names["_acme-challenge.example-shop.ru"]["records"]["TXT"] == [{"ttl": 600, "txtdata": "token"}]
    assert names["www.blog.example-shop.ru"]["kind"] == "twin"
    assert names["www.blog.example-shop.ru"]["records"]["A"] == [{"ttl": 600, "address": "203.0.113.1"}]
    assert names["blog.example-shop.ru"]["records"]["A"][0]["address"] == "198.51.100.20"
    sim.call(*write("_acme-challenge.example-shop.ru"))
    assert "_acme-challenge" not in json.dumps(sim.control("state"))


def test_reset_brings_everything_back(sim):
    before = sim.control("state")
    sim.call("domain/delete", {"id": 10234567})
    sim.control("mode", {"types": "docs", "rate": "off"})
    sim.control("fault", {"method": "*", "kind": "empty", "count": -1})
    assert sim.control("state") != before
    sim.control("reset", {})
    assert sim.control("state") == before and sim.log() == []


# A row: what it shows, verb, path, body, status.
CONTROL_ERRORS = [
    ("an unknown path", "GET", "/control/nothing", None, 404),
    ("another verb", "GET", "/control/reset", None, 404),
    ("the root", "GET", "/", None, 404),
    ("a body that is no JSON", "POST", "/control/mode", b"{", 400),
    ("a body that is no object", "POST", "/control/mode", b"[]", 400),
    ("an unknown mode", "POST", "/control/mode", b'{"colour":"red"}', 400),
    ("an unknown choice", "POST", "/control/mode", b'{"types":"imaginary"}', 400),
    ("an unknown kind of fault", "POST", "/control/fault", b'{"kind":"explode"}', 400),
    ("a fault that never strikes", "POST", "/control/fault", b'{"kind":"empty","count":0}', 400),
    ("a fault that strikes none of a hundred", "POST", "/control/fault", b'{"kind":"empty","percent":0}', 400),
    ("a domain that is there", "POST", "/control/domain", b'{"fqdn":"example-shop.ru"}', 400),
    ("a domain without a name", "POST", "/control/domain", b"{}", 400),
    ("records of a foreign name", "POST", "/control/records", b'{"fqdn":"x.example.net","records":{}}', 400),
    ("records that are no object", "POST", "/control/records", b'{"fqdn":"example-shop.ru","records":1}', 400),
    ("a clock that goes back", "POST", "/control/clock", b'{"advance_ms":-1}', 400),
]


@pytest.mark.parametrize("verb, path, body, status", [row[1:] for row in CONTROL_ERRORS], ids=[row[0] for row in CONTROL_ERRORS])
def test_control_refuses(sim, verb, path, body, status):
    before = sim.control("state")
    answer = sim.http(verb, path, body)
    assert answer[0] == status and "error" in json.loads(answer[2])
    assert sim.control("state") == before


def test_a_bad_mode_sets_none(sim):
    status, _, _ = sim.http("POST", "/control/mode", b'{"types":"docs","rate":"maybe"}')
    assert status == 400 and sim.control("state")["modes"]["types"] == "real"


# ---- generated domains and the command line ----

def test_generated_domains_hold_what_screens_find_hard():
    sim = Sim("--domains", "40", "--rate", "off")
    try:
        domains = sim.result("domain/getList")[4:]
        names = {row["ascii"]: row for row in sim.control("state")["names"]}
        texts = [record["txtdata"] for row in names.values() for record in row["records"].get("TXT", [])]
        assert len(domains) == 40 and domains[0]["fqdn"] == "d0001.example"
        assert max(len(name) for name in names) == 253
        assert max(len(label) for name in names for label in name.split(".")) == 63
        assert any(ord(char) > 127 for row in domains for char in row["fqdn"])
        assert any(row["fqdn"] != ascii and row["fqdn"].encode("idna").decode() == ascii for ascii, row in names.items())
        assert any('<b>' in text and '&' in text and '"' in text for text in texts)
        assert any("😀" in text and "кириллица" in text for text in texts)
        assert any(len(text) > 255 for text in texts)
        for row in names.values():
            if row["kind"] != "twin":
                assert sim.result("dns/getData", {"fqdn": row["ascii"]})["records"] == row["records"]
        full = names["d0009.example"]["records"]
        assert [len(full[kind]) for kind in ("A", "AAAA", "MX", "TXT")] == [10, 10, 10, 10]
        assert sum(row["kind"] == "subdomain" and row["ascii"].endswith(".d0001.example") for row in names.values()) == 25
    finally:
        assert sim.stop() == 0


def test_the_login_is_in_names_and_logins():
    sim = Sim("--login=anna")
    try:
        body = urllib.parse.urlencode({"login": "anna", "passwd": PASSWORD}).encode()
        answer = sim.http("POST", "/api/ftp/getList", body, "application/x-www-form-urlencoded")[2]
        assert json.loads(answer)["answer"]["result"][0]["login"] == "anna_ftp1"
        assert any(row["fqdn"] == "anna.beget.tech" and row["technical"] for row in sim.control("state")["names"] if row["kind"] == "domain")
    finally:
        assert sim.stop() == 0


def test_the_password_can_be_in_a_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("from a file\n")
    sim = Sim("--password-file", str(path), env={"BEGET_SIM_PASSWORD": "not this"})
    try:
        body = urllib.parse.urlencode({"login": LOGIN, "passwd": "from a file"}).encode()
        assert sim.http("POST", "/api/cron/getEmail", body, "application/x-www-form-urlencoded")[2] == ok("null")
    finally:
        assert sim.stop() == 0


# A row: what it shows, options, environment, exit code.
BAD_STARTS = [
    ("an address of the outside", ["--listen", "0.0.0.0:0"], {"BEGET_SIM_PASSWORD": "x"}, 1),
    ("no password", ["--listen", "127.0.0.1:0"], {}, 1),
    ("a password file that is not there", ["--password-file", "/nowhere/password"], {}, 1),
    ("too many domains", ["--domains", "1000000"], {"BEGET_SIM_PASSWORD": "x"}, 1),
    ("an unknown option", ["--colour", "red"], {"BEGET_SIM_PASSWORD": "x"}, 2),
    ("help", ["--help"], {}, 0),
]


def test_any_address_is_allowed_in_a_container():
    sim = Sim("--listen", "0.0.0.0:0", "--allow-any-address", "yes", host="0.0.0.0")
    assert sim.stop() == 0


@pytest.mark.parametrize("options, env, code", [row[1:] for row in BAD_STARTS], ids=[row[0] for row in BAD_STARTS])
def test_does_not_start_with(options, env, code):
    environment = {name: value for name, value in os.environ.items() if name != "BEGET_SIM_PASSWORD"}
    done = subprocess.run([PROGRAM, *options], env={**environment, **env}, capture_output=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == code and b"listening" not in done.stdout


def test_concurrent_calls_lose_nothing():
    sim = Sim("--rate", "off")
    try:
        def add(first):
            for i in range(first, first + 25):
                assert sim.call("domain/addSubdomainVirtual", {"subdomain": f"c{i}", "domain_id": 10234570})[0] == 200

        threads = [threading.Thread(target=add, args=(i * 25,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE_S)
        listed = [row for row in sim.result("domain/getSubdomainList") if row["domain_id"] == 10234570]
        assert len(listed) == 200 and len({row["id"] for row in listed}) == 200
        assert [row["n"] for row in sim.log()] == list(range(1, 102))
    finally:
        assert sim.stop() == 0
