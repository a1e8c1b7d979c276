package hub

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/web"
)

const goodHall = `hall: {id: h1, name: 一号大厅, place: [江南省]}
units: [{id: u, name: 公安局}]
services: [{letter: A, name: 户政}]
items: [{code: A1, name: 补领, unit: u, service: A}]
staff: [{badge: 0017, name: 林晓, unit: u}]
windows: [{id: 12, floor: 一楼, unit: u, services: [A], staff: "0017"}]
`

const goodHub = `data: data
centre: {name: 青澜市政务服务中心}
halls:
  - {agent: one, file: hall.yaml}
`

// write lays out files in a fresh folder and returns the path of the first.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

func TestConfigIsReadAndFilledIn(t *testing.T) {
	file := write(t, "hub.yaml", goodHub, "hall.yaml", goodHall)
	c, err := ReadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	want := Defaults()
	want.Data, want.Centre.Name = filepath.Join(dir, "data"), "青澜市政务服务中心"
	want.Backup.Dir, want.Broker.Advertise = filepath.Join(dir, "data", "backups"), "127.0.0.1:8883"
	if c.Data != want.Data || c.Centre != want.Centre || c.Backup != want.Backup || c.Broker != want.Broker || c.Public != want.Public || !reflect.DeepEqual(c.Office, want.Office) {
		t.Errorf("read %+v\nwant %+v", c, want)
	}
	h := c.Halls[0]
	if h.Agent != "one" || h.catalogue.Windows[0].ID != "12" || h.catalogue.Staff[0].Badge != "0017" || len(h.sha) != 64 {
		t.Errorf("the hall is %+v, %+v", h, h.catalogue)
	}
}

func TestEveryValueCanBeNamed(t *testing.T) {
	file := write(t, "hub.yaml", `
data: /var/lib/x
centre: {name: 中心, name_en: Centre}
public_url: https://pj.example.gov.cn
public: {listen: "0.0.0.0:80"}
office:
  listen: "[::1]:81"
  url: https://board.example/
  second_factor: [centre, auditor]
  oidc: {name: 江南通, issuer: https://sso.example/realm, client_id: hp, client_secret_file: secret, claim: employee}
trusted_proxies: [127.0.0.1, 10.0.0.0/8, "::1"]
broker: {listen: 0.0.0.0:8883, advertise: hub.example:8883, plain: false}
halls: []
backup: {every: 1h30m, dir: /mnt/b, keep: 3}
sms:
  provider: file
  sign: false
  quiet: {from: 22:00, to: "07:30"}
  file: {dir: letters}
retention: {rating: 365, contact: 60}
log: {level: debug}
`, "secret", " keep this \n")
	c, err := ReadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	if c.Backup != (BackupPlan{90 * time.Minute, "/mnt/b", 3}) || c.Log.Level != "debug" || len(c.TrustedProxies) != 3 || c.Broker.Advertise != "hub.example:8883" {
		t.Errorf("read %+v", c)
	}
	sso, err := c.Office.sso("[::1]:81")
	if err != nil || *sso != (web.SSO{Name: "江南通", Issuer: "https://sso.example/realm", ClientID: "hp", Secret: "keep this", Claim: "employee", URL: "https://board.example"}) {
		t.Errorf("read %+v, %v", sso, err)
	}
	if roles := c.Office.secondFactor(); len(roles) != 2 || roles[0] != access.Centre || roles[1] != access.Auditor {
		t.Errorf("read %v", roles)
	}
	if c.SMS.Provider != "file" || c.SMS.Sign || c.SMS.File.Dir != filepath.Join(filepath.Dir(file), "letters") || c.SMS.Quiet.quiet() != (notify.Quiet{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute}) {
		t.Errorf("read %+v", c.SMS)
	}
	if c.Retention.Rating != 365 || c.Retention.Contact != 60 || c.Retention.Reply != 365 {
		t.Errorf("read %+v", c.Retention)
	}
}

// TestConfigFaults: each fault is named with its line and with what is wanted. DIR stands for the folder.
func TestConfigFaults(t *testing.T) {
	for name, c := range map[string]struct{ hub, hall, want string }{
		"a key that is not known": {goodHub + "brokr: {}\n", goodHall,
			"DIR/hub.yaml:5: brokr: unknown key; known here: data, centre, public_url, public, office, trusted_proxies, broker, halls, responsibility, inspection_forms, hotline, backup, sms, retention, log"},
		"a key that is not known, inside": {goodHub + "backup:\n  evry: 15m\n", goodHall,
			"DIR/hub.yaml:6: backup.evry: unknown key; known here: every, dir, keep"},
		"a key that only Go sets": {goodHub + "clock: {}\n", goodHall,
			"DIR/hub.yaml:5: clock: unknown key; known here: data, centre, public_url, public, office, trusted_proxies, broker, halls, responsibility, inspection_forms, hotline, backup, sms, retention, log"},
		"a key given twice": {goodHub + "data: other\n", goodHall,
			"DIR/hub.yaml:5: data: given twice"},
		"a list where a block belongs": {goodHub + "broker: [1, 2]\n", goodHall,
			"DIR/hub.yaml:5: broker: a list or a block found, want a block of listen, advertise, plain"},
		"text where a block belongs": {goodHub + "broker: tcp\n", goodHall,
			`DIR/hub.yaml:5: broker: "tcp" found, want a block of listen, advertise, plain`},
		"a block where text belongs": {goodHub + "public_url: {a: b}\n", goodHall,
			"DIR/hub.yaml:5: public_url: a list or a block found, want text, in quotes if it looks like something else"},
		"yes where text belongs": {goodHub + "public_url: true\n", goodHall,
			`DIR/hub.yaml:5: public_url: "true" found, want text, in quotes if it looks like something else`},
		"text where a list belongs": {goodHub + "trusted_proxies: 127.0.0.1\n", goodHall,
			`DIR/hub.yaml:5: trusted_proxies: "127.0.0.1" found, want a list`},
		"text where a number belongs": {goodHub + "backup: {keep: many}\n", goodHall,
			`DIR/hub.yaml:5: backup.keep: "many" found, want a whole number`},
		"half a number": {goodHub + "backup: {keep: 1.5}\n", goodHall,
			`DIR/hub.yaml:5: backup.keep: "1.5" found, want a whole number`},
		"a word that is not yes or no": {goodHub + "broker: {plain: perhaps}\n", goodHall,
			`DIR/hub.yaml:5: broker.plain: "perhaps" found, want true or false`},
		"a time without a unit": {goodHub + "backup: {every: 15}\n", goodHall,
			`DIR/hub.yaml:5: backup.every: "15" found, want a time such as 15m or 1h30m`},
		"an anchor": {"data: &d data\ncentre: {name: x}\n", "",
			"DIR/hub.yaml:1: data: anchors, aliases and tags are not read here: write the value out\n" +
				"DIR/hub.yaml:1: data: missing: name the folder of the hub's database and keys"},
		"two documents": {goodHub + "---\ndata: b\n", goodHall,
			"DIR/hub.yaml:6: a second document begins here: want one"},
		"no YAML at all": {"data: [", "",
			"DIR/hub.yaml:1: sequence end token ']' not found"},
		"an empty file": {"", "",
			"DIR/hub.yaml: data: missing: name the folder of the hub's database and keys\n" +
				"DIR/hub.yaml: centre.name: missing: pages and the board show it"},
		"a folder too deep for its socket": {"data: /" + strings.Repeat("d", 120) + "\ncentre: {name: x}\n", "",
			"DIR/hub.yaml:1: data: 121 characters are too long for the control socket in it; at most 99"},
		"a public address that is none": {goodHub + "public_url: pj.example\n", goodHall,
			`DIR/hub.yaml:5: public_url: "pj.example": want an address such as https://pj.example.gov.cn`},
		"a public address no QR code holds": {goodHub + "public_url: https://a-very-long-name.of-a-district.of-a-city.gov.cn\n", goodHall,
			"DIR/hub.yaml:5: public_url: 8 characters too long: a ticket's QR code leaves room for 47"},
		"an address without port": {goodHub + "office: {listen: 127.0.0.1}\n", goodHall,
			`DIR/hub.yaml:5: office.listen: "127.0.0.1": want host:port such as 127.0.0.1:8080`},
		"an office that others could reach in the clear": {goodHub + "office: {listen: 0.0.0.0:8081}\n", goodHall,
			"DIR/hub.yaml:5: office.url: missing: at 0.0.0.0:8081 passwords would travel in the clear; put a TLS proxy before it and name its address such as https://board.example.gov.cn"},
		"an office behind a proxy without TLS": {goodHub + "office: {url: \"http://board.example\"}\n", goodHall,
			`DIR/hub.yaml:5: office.url: "http://board.example": want https: passwords would travel in the clear`},
		"an office without host": {goodHub + "office: {url: \"https:///board\"}\n", goodHall,
			`DIR/hub.yaml:5: office.url: "https:///board": want an address such as https://board.example.gov.cn`},
		"a second factor of roles that are none": {goodHub + "office:\n  second_factor: [centre, boss, wall]\n", goodHall,
			`DIR/hub.yaml:6: office.second_factor[1]: "boss": want roles of people: centre, supervisor, manager, handler, caller, staff, guide, operator, inspector, observer, auditor, reader` + "\n" +
				`DIR/hub.yaml:6: office.second_factor[2]: "wall": want roles of people: centre, supervisor, manager, handler, caller, staff, guide, operator, inspector, observer, auditor, reader`},
		"a single sign-on without anything": {goodHub + "office: {oidc: {}}\n", goodHall,
			"DIR/hub.yaml:5: office.oidc.name: missing: the button shows it\n" +
				`DIR/hub.yaml:5: office.oidc.issuer: "": want the issuer's address such as https://sso.example.gov.cn` + "\n" +
				"DIR/hub.yaml:5: office.oidc.client_id: missing: the name of this office at the issuer\n" +
				"DIR/hub.yaml:5: office.oidc.client_secret_file: missing: name the file that holds the secret, one line"},
		"an issuer in the clear": {goodHub + "office:\n  oidc: {name: x, client_id: y, issuer: \"http://sso.example\", client_secret_file: hall.yaml}\n", goodHall,
			`DIR/hub.yaml:6: office.oidc.issuer: "http://sso.example": want https: who is in between could say that he is anybody` + "\n" +
				"DIR/hub.yaml:6: office.oidc.client_secret_file: DIR/hall.yaml: want one line"},
		"a secret that is not there": {goodHub + "office:\n  oidc: {name: x, client_id: y, issuer: \"https://sso.example\", client_secret_file: none}\n", goodHall,
			"DIR/hub.yaml:6: office.oidc.client_secret_file: stat DIR/none: no such file or directory"},
		"a port that is none": {goodHub + "office: {listen: 127.0.0.1:99999}\n", goodHall,
			`DIR/hub.yaml:5: office.listen: "127.0.0.1:99999": want host:port such as 127.0.0.1:8080`},
		"agents that could dial nobody": {goodHub + "broker: {listen: 0.0.0.0:8883}\n", goodHall,
			"DIR/hub.yaml:5: broker.advertise: missing: agents cannot dial 0.0.0.0:8883; want the host:port by which they reach this machine"},
		"secrets in the clear": {goodHub + "broker: {listen: 192.0.2.1:1883, plain: true}\n", goodHall,
			"DIR/hub.yaml:5: broker.plain: is for tests on 127.0.0.1: at 192.0.2.1:1883 agents would send their passwords in the clear"},
		"a proxy that is no address": {goodHub + "trusted_proxies:\n  - 127.0.0.1\n  - proxy.example\n", goodHall,
			`DIR/hub.yaml:7: trusted_proxies[1]: "proxy.example" is no address and no network such as 10.0.0.0/8`},
		"backups all the time": {goodHub + "backup: {every: 1s, keep: 0}\n", goodHall,
			"DIR/hub.yaml:5: backup.every: 1s is too often: at least 1m, or 0 for never\n" +
				"DIR/hub.yaml:5: backup.keep: 0: want at least 1"},
		"messages by pigeon": {goodHub + "sms: {provider: pigeon, quiet: {from: 9pm}}\n", goodHall,
			`DIR/hub.yaml:5: sms.quiet.from: "9pm": want a time of day such as 21:00, in quotes` + "\n" +
				`DIR/hub.yaml:5: sms.provider: "pigeon": want none, file or webhook`},
		"numbers in the clear": {goodHub + "sms:\n  provider: webhook\n  webhook: {url: \"http://sms.example/send\", timeout: 5m}\n", goodHall,
			`DIR/hub.yaml:7: sms.webhook.url: "http://sms.example/send": want https: people's numbers would travel in the clear` + "\n" +
				"DIR/hub.yaml:7: sms.webhook.timeout: 5m0s: want 1s to 1m\n" +
				"DIR/hub.yaml:7: sms.webhook.secret_file: missing: name the file that holds the secret, one line"},
		"a secret that anybody guesses": {goodHub + "sms: {provider: webhook, webhook: {url: \"https://sms.example/send\", secret_file: hall.yaml}}\n", "x: 1\n",
			"DIR/hub.yaml:5: sms.webhook.secret_file: DIR/hall.yaml: want at least 16 characters that nobody can guess\n" +
				"DIR/hall.yaml:1: x: unknown key; known here: hall, units, services, items, windows, staff, queue, cases, floors, places, roster, agents, stuck, announce"},
		"personal data that goes too soon": {goodHub + "retention: {contact: 30, call_back: 0}\n", goodHall,
			"DIR/hub.yaml:5: retention.contact: 30 days: want at least 60, the time in which a matter is worked on\n" +
				"DIR/hub.yaml:5: retention.call_back: 0 days: want at least 60, the time in which a matter is worked on"},
		"a level of logs that is none": {goodHub + "log: {level: loud}\n", goodHall,
			`DIR/hub.yaml:5: log.level: "loud": want debug, info, warn or error`},
		"a name that no agent can have": {"data: d\ncentre: {name: x}\nhalls:\n  - agent: Hall One\n    file: hall.yaml\n", goodHall,
			`DIR/hub.yaml:4: halls[0].agent: "Hall One": want 1 to 32 of a-z, 0-9 and -`},
		"one agent for two halls": {goodHub + "  - {agent: one, file: hall.yaml}\n", goodHall,
			"DIR/hub.yaml:5: halls[1].agent: \"one\" is the agent of another hall too\n" +
				"DIR/hub.yaml:5: halls[1].file: hall \"h1\" is in another file too"},
		"a hall without file": {"data: d\ncentre: {name: x}\nhalls:\n  - agent: one\n", "",
			"DIR/hub.yaml:4: halls[0].file: missing: name the hall's file"},
		"a hall's file that is not there": {"data: d\ncentre: {name: x}\nhalls:\n  - {agent: one, file: none.yaml}\n", "",
			"open DIR/none.yaml: no such file or directory"},
		"faults of form in a hall's file": {goodHub, goodHall + "windws: []\n",
			"DIR/hall.yaml:7: windws: unknown key; known here: hall, units, services, items, windows, staff, queue, cases, floors, places, roster, agents, stuck, announce"},
		"faults of meaning in a hall's file": {goodHub, strings.Replace(goodHall, "unit: u, services: [A]", "unit: v, services: [A]", 1),
			`DIR/hall.yaml:6: windows 12: unit "v" is not in units`},
		"all faults of all files at once": {"data: data\nbrokr: {}\ncentre: {name: }\nlog: {level: loud}\nhalls:\n  - {agent: one, file: hall.yaml}\n", "x: 1\n",
			"DIR/hub.yaml:2: brokr: unknown key; known here: data, centre, public_url, public, office, trusted_proxies, broker, halls, responsibility, inspection_forms, hotline, backup, sms, retention, log\n" +
				"DIR/hub.yaml:3: centre.name: missing: pages and the board show it\n" +
				"DIR/hub.yaml:4: log.level: \"loud\": want debug, info, warn or error\n" +
				"DIR/hall.yaml:1: x: unknown key; known here: hall, units, services, items, windows, staff, queue, cases, floors, places, roster, agents, stuck, announce"},
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, "hub.yaml", c.hub, "hall.yaml", c.hall)
			_, err := ReadConfig(file)
			if err == nil {
				t.Fatal("taken")
			}
			if got := strings.ReplaceAll(err.Error(), filepath.Dir(file), "DIR"); got != c.want {
				t.Errorf("said\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestTheShippedConfigurationIsGoodAndFitsItsUnit(t *testing.T) {
	c, err := ReadConfig("../configs/hub.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Halls) == 0 || c.PublicURL == "" || c.Office.URL == "" {
		t.Error("it leaves out what an operator must see")
	}
	unit, err := os.ReadFile("../configs/systemd/hall-hub.service")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"StateDirectory=" + filepath.Base(c.Data), "User=" + filepath.Base(c.Data),
		"ExecStart=/usr/local/bin/hall-hub run --config /etc/hallpulse/hub.yaml",
		"ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes", "MemoryDenyWriteExecute=yes", "SystemCallFilter=@system-service",
	} {
		if !strings.Contains(string(unit), "\n"+line+"\n") {
			t.Errorf("the unit lacks %s", line)
		}
	}
	if filepath.Dir(c.Data) != "/var/lib" || !strings.HasPrefix(c.Backup.Dir, c.Data+"/") {
		t.Error("the unit lets the hub write in its StateDirectory alone")
	}
}

func TestAMissingConfigurationIsNamed(t *testing.T) {
	if _, err := ReadConfig("/nowhere/hub.yaml"); err == nil || !strings.Contains(err.Error(), "/nowhere/hub.yaml") {
		t.Errorf("said %v", err)
	}
}
