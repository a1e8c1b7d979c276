package web

import "strings"

// mark is a part of what a browser says of itself, and whose it is. Browsers name the ones that they descend from, so
// the first mark that is found counts.
type mark struct{ part, name string }

func browserMarks() []mark {
	return []mark{
		{"MicroMessenger/", "微信"}, {"DingTalk/", "钉钉"}, {"HuaweiBrowser/", "Huawei Browser"}, {"QQBrowser/", "QQBrowser"}, {"UCBrowser/", "UC Browser"},
		{"MiuiBrowser/", "Mi Browser"}, {"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
}

func systemMarks() []mark {
	return []mark{
		{"OpenHarmony", "HarmonyOS"}, {"HarmonyOS", "HarmonyOS"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
		{"Macintosh", "Mac"}, {"Linux", "Linux"},
	}
}

// browserOf names the browser and the system of a User-Agent, as their owner knows them; empty: not known.
func browserOf(agent string) (browser, system string) {
	first := func(marks []mark) string {
		for _, m := range marks {
			if strings.Contains(agent, m.part) {
				return m.name
			}
		}
		return ""
	}
	return first(browserMarks()), first(systemMarks())
}
