# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# A browser for tests, by the WebDriver protocol: headless Chromium, driven by curl. Sourced by
# a test that has set $work (a folder of its own).
# shellcheck disable=SC2154

# browser_missing: what is needed and not there, on stdout; nothing where all is there
browser_missing() {
	for program in chromium chromedriver curl jq; do
		command -v "$program" >/dev/null 2>&1 || printf '%s ' "$program"
	done
}

# browser_start: chromedriver on a port of its own choice
browser_start() {
	chromedriver --port=0 >"$work/driver.log" 2>&1 &
	driver_pid=$!
	tries=0
	until driver_port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' \
		"$work/driver.log") && [ -n "$driver_port" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] && kill -0 "$driver_pid" 2>/dev/null || return 1
		sleep 0.1
	done
	driver=http://127.0.0.1:$driver_port
	session=
}

browser_stop() {
	browser_close
	[ -z "${driver_pid-}" ] || kill "$driver_pid" 2>/dev/null || true
	[ -z "${driver_pid-}" ] || wait "$driver_pid" 2>/dev/null || true
	driver_pid=
}

# browser_call METHOD PATH [JSON]: the value of the answer, as JSON
browser_call() {
	if [ "$1" = POST ]; then
		curl -s -S --noproxy '*' -m 60 -X POST -H 'Content-Type: application/json' \
			-d "$3" "$driver$2" >"$work/answer.json"
	else
		curl -s -S --noproxy '*' -m 60 -X "$1" "$driver$2" >"$work/answer.json"
	fi || return 1
	jq -c '.value' "$work/answer.json"
}

# browser_open WIDTH HEIGHT [light|dark]: a window; up to 500 pixels wide it is a phone
browser_open() {
	browser_close
	# Chromium does not sandbox what root starts, and keeps no files but in $work.
	args=$(jq -cn --arg size "$1,$2" --arg profile "$work/profile" '["--headless=new",
		"--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--hide-scrollbars",
		"--user-data-dir=" + $profile, "--window-size=" + $size]')
	phone=$(jq -cn --argjson width "$1" --argjson height "$2" 'if $width > 500 then {} else
		{ mobileEmulation: { deviceMetrics: { width: $width, height: $height,
			pixelRatio: 2, mobile: true, touch: true } } } end')
	rm -rf "$work/profile"
	session=$(browser_call POST /session "$(jq -cn --argjson args "$args" \
		--argjson phone "$phone" '{ capabilities: { alwaysMatch: {
			"goog:chromeOptions": ({ args: $args } + $phone),
			"goog:loggingPrefs": { browser: "ALL", performance: "ALL" } } } }')" |
		jq -r '.sessionId // empty')
	[ -n "$session" ] || return 1
	# What was there before the first page is the browser's own.
	browser_go about:blank
	browser_log performance >/dev/null
	browser_log browser >/dev/null
	browser_media "${3:-light}" screen
}

browser_close() {
	[ -z "${session-}" ] || browser_call DELETE "/session/$session" >/dev/null || true
	session=
}

# browser_media light|dark screen|print
browser_media() {
	browser_call POST "/session/$session/goog/cdp/execute" \
		"$(jq -cn --arg scheme "$1" --arg media "$2" '{ cmd: "Emulation.setEmulatedMedia",
			params: { media: $media, features: [
				{ name: "prefers-color-scheme", value: $scheme }] } }')" >/dev/null
}

# browser_go URL
browser_go() {
	browser_call POST "/session/$session/url" "{\"url\":\"$1\"}" >/dev/null
}

# browser_run SCRIPT: what it returns, as JSON
browser_run() {
	browser_call POST "/session/$session/execute/sync" \
		"$(jq -n --arg script "$1" '{ script: $script, args: [] }')"
}

# browser_key CODE: press and release a key, e.g. \ue006 (return), \ue004 (tab)
browser_key() {
	browser_call POST "/session/$session/actions" "{\"actions\":[{\"type\":\"key\",\"id\":\"key\",
		\"actions\":[{\"type\":\"keyDown\",\"value\":\"$1\"},
		{\"type\":\"keyUp\",\"value\":\"$1\"}]}]}" >/dev/null
}

# browser_log browser|performance: what has been logged since
browser_log() {
	browser_call POST "/session/$session/se/log" "{\"type\":\"$1\"}"
}

# browser_picture FILE: a PNG of what is seen
browser_picture() {
	browser_call GET "/session/$session/screenshot" | jq -r . | base64 -d >"$1"
}
