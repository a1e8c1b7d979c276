package web

import "testing"

// What browsers say of themselves is taken from browsers; people are told what they know it by.
func TestABrowserIsCalledByItsName(t *testing.T) {
	for _, c := range []struct{ agent, browser, system string }{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge", "Windows"},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", "Chrome", "Linux"},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari", "Mac"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60 NetType/WIFI Language/zh_CN", "微信", "iPhone"},
		{"Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.1.3.300", "Huawei Browser", "HarmonyOS"},
		{"Mozilla/5.0 (Linux; Android 15; 24069PC21C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36", "Chrome", "Android"},
		{"curl/8.14.1", "", ""},
		{"", "", ""},
	} {
		if browser, system := browserOf(c.agent); browser != c.browser || system != c.system {
			t.Errorf("%q is %q on %q, want %q on %q", c.agent, browser, system, c.browser, c.system)
		}
	}
}
