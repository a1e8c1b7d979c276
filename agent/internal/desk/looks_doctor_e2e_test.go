//go:build e2e

package desk

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTheDoctorsPageInEveryState looks at what who sets a counter up sees: what the agent has, what was found, what was tried.
func TestTheDoctorsPageInEveryState(t *testing.T) {
	ports := map[string][]PortView{
		"zh": {
			{Port: "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0", OK: true, Says: "柜台程序在用：评价器 pad-11，正常，编号 1122334455667788，1.4.2"},
			{Port: "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0", OK: true, Says: "评价器，编号 8877665544332211，固件 1.4.2，9600 波特", Do: "把下面的行贴进 agent.yaml，重启柜台程序", Try: "keys"},
			{Port: "/dev/ttyS0", OK: true, Says: "票机 TM-T88V，19200 波特", Do: "把下面的行贴进 agent.yaml，重启柜台程序", Try: "paper"},
			{Port: "tcp://192.168.1.50:4001", Says: "有数据，但没有一个帧文件认得", Do: "如果是评价器，照 configs/pads/README.md 写一个帧文件；看起来是乱码，多半是速率不对", Seen: []string{"9600: AA 55 00 09 03 41 0D  .U...A.", "19200: FE FE 00  ..."}},
			{Port: "/dev/ttyS1", Says: "没有应答", Do: "查电源和接线。别家的评价器不按键就不出声：按着键再听一次"},
		},
		"en": {
			{Port: "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0", OK: true, Says: "The running agent has it: Rating pad pad-11, works, 1122334455667788, 1.4.2"},
			{Port: "/dev/ttyS0", OK: true, Says: "A ticket printer TM-T88V at 19200 bit/s", Do: "Paste the lines below into agent.yaml and restart the agent.", Try: "paper"},
			{Port: "/dev/ttyS1", Says: "Nothing answers", Do: "Check power and cable. A vendor's pad is silent until a key is pressed: listen while its keys are pressed."},
		},
	}
	yaml := "devices:\n  # window: put the one where the pad stands\n  - {name: pad-12, kind: pad, window: \"12\", port: \"/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0\", baud: 9600}\n  - {name: tickets, kind: printer, port: \"/dev/ttyS0\", baud: 19200}\n"
	var shots []look
	for _, lang := range []string{"zh", "en"} {
		shot := func(name string, view DoctorView, width, height int, touch ...string) {
			r := serve(t, newSmall(), func(d *Desk) { d.Pages, d.Doctor = os.DirFS(filepath.Join(kioskDir, "dist")), stethoscope{view} })
			shots = append(shots, look{Name: "doctor-" + name + "-" + lang, URL: "http://" + r.addr + "/doctor?lang=" + lang, Width: width, Height: height, Touch: touch})
		}
		all := DoctorView{Ports: ports[lang], YAML: yaml}
		if lang == "en" {
			shot("small", all, 800, 600, ".acts .primary")
			continue
		}
		shot("tried", all, 1366, 768, ".acts .primary", ".port .btn")
		shot("none", DoctorView{Ports: []PortView{}}, 1366, 768, ".acts .primary")
	}
	takeLooks(t, shots)
}
