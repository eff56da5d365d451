import Testing

@testable import Settings

@Suite struct RouteReadingTests {
    @Test(arguments: [
        Mistake(
            .routes,
            #""#,
            [
                #"""
                c:6:11: warning: routes: no routes: events are stored, but nothing is paused and nobody is \#
                paged
                """#
            ]
        ),
        Mistake(.routes, #"7"#, [#"c:6:12: routes[0]: expected an object, found a number"#]),
        Mistake(
            .routes,
            #"{}"#,
            [
                #"c:6:12: warning: routes[0]: does nothing: it names no hook under pause, slow or page"#,
                #"c:6:12: routes[0].on: is missing"#,
            ]
        ),
        Mistake(
            .routes,
            #"{"on": []}"#,
            [
                #"c:6:12: warning: routes[0]: does nothing: it names no hook under pause, slow or page"#,
                #"c:6:19: routes[0].on: is empty; write the values this route is for, such as "FLAGGED""#,
            ]
        ),
        Mistake(
            .routes,
            #"{"on": "FLAGGED", "pause": ["gate"]}"#,
            [#"c:6:19: routes[0].on: expected an array, found a string"#]
        ),
        Mistake(
            .routes,
            #"{"on": [7], "pause": ["gate"]}"#,
            [#"c:6:20: routes[0].on[0]: expected a string, found a number"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "pauses": ["gate"]}"#,
            [
                #"c:6:12: warning: routes[0]: does nothing: it names no hook under pause, slow or page"#,
                #"c:6:32: routes[0].pauses: unknown key; did you mean 'pause'?"#,
            ]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "pause": "gate", "page": [7]}"#,
            [
                #"c:6:41: routes[0].pause: expected an array, found a string"#,
                #"c:6:58: routes[0].page[0]: expected a string, found a number"#,
            ]
        ),
    ])
    func routes(_ mistake: Mistake) { mistake.check() }

    /// A hook must exist and be able to do what it is wanted for.
    @Test(arguments: [
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "pause": ["gatt"]}"#,
            [#"c:6:42: routes[0].pause[0]: there is no hook "gatt"; known: "gate", "ops""#]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "slow": ["Gate"], "page": ["ops", ""]}"#,
            [
                #"c:6:41: routes[0].slow[0]: there is no hook "Gate"; known: "gate", "ops""#,
                #"c:6:66: routes[0].page[1]: there is no hook ""; known: "gate", "ops""#,
            ]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "pause": ["ops"]}"#,
            [
                #"""
                c:6:42: routes[0].pause[0]: "ops" is a slack hook, which cannot pause or slow senders; "gate" \#
                can
                """#
            ]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "slow": ["ops"]}"#,
            [
                #"""
                c:6:41: routes[0].slow[0]: "ops" is a slack hook, which cannot pause or slow senders; "gate" \#
                can
                """#
            ]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "page": ["gate"]}"#,
            [#"c:6:41: routes[0].page[0]: "gate" is a gate_files hook, which cannot page people; "ops" can"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "pause": ["gate", "ops"], "page": ["ops", "gate", "pager"]}"#,
            [
                #"""
                c:6:50: routes[0].pause[1]: "ops" is a slack hook, which cannot pause or slow senders; "gate" \#
                can
                """#,
                #"c:6:74: routes[0].page[1]: "gate" is a gate_files hook, which cannot page people; "ops" can"#,
                #"c:6:82: routes[0].page[2]: there is no hook "pager"; known: "gate", "ops""#,
            ]
        ),
    ])
    func roles(_ mistake: Mistake) { mistake.check() }

    /// Routes that can never act: the kind of mistake that burns a line.
    @Test(arguments: [
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"]}"#,
            [#"c:6:12: warning: routes[0]: does nothing: it names no hook under pause, slow or page"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "pause": [], "slow": [], "page": []}"#,
            [#"c:6:12: warning: routes[0]: does nothing: it names no hook under pause, slow or page"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["ACTIVE"], "pause": ["gate"]}"#,
            [#"c:6:19: routes[0].on: ACTIVE never opens an incident, so this route would never act on it"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED", "HEALTHY"], "page": ["ops"]}"#,
            [#"c:6:19: routes[0].on: HEALTHY never opens an incident, so this route would never act on it"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["AT_RISK"], "pause": ["gate"]}"#,
            [
                #"""
                c:6:41: routes[0].pause: AT_RISK slows a line and never pauses it; use "slow", or put it into \#
                decisions.pause
                """#
            ]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGED"], "pause": ["gate"]}"#,
            [
                #"""
                c:6:19: warning: routes[0].on: "FLAGED" is no value that Linq is known to send; known are \#
                AT_RISK, CRITICAL, FLAGGED
                """#
            ]
        ),
        Mistake(
            .routes,
            #"{"on": ["flagged", "CRITICAL", "SUSPENDED"], "page": ["ops"]}"#,
            [
                #"""
                c:6:19: warning: routes[0].on: "SUSPENDED" is no value that Linq is known to send; known are \#
                AT_RISK, CRITICAL, FLAGGED
                """#,
                #"""
                c:6:19: warning: routes[0].on: "flagged" is no value that Linq is known to send; known are \#
                AT_RISK, CRITICAL, FLAGGED
                """#,
            ]
        ),
    ])
    func idle(_ mistake: Mistake) { mistake.check() }

    @Test(arguments: [
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "page": ["ops"], "lines": []}"#,
            [#"c:6:58: routes[0].lines: is empty; leave it out for all lines"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "page": ["ops"], "lines": "+1202*"}"#,
            [#"c:6:58: routes[0].lines: expected an array, found a string"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "page": ["ops"], "lines": ["12025551234", "1202*", 7, "+1202*"]}"#,
            [
                #"""
                c:6:59: routes[0].lines[0]: "12025551234" is neither an E.164 number nor a prefix such as \#
                "+1202*"
                """#,
                #"c:6:74: routes[0].lines[1]: "1202*" is neither an E.164 number nor a prefix such as "+1202*""#,
                #"c:6:83: routes[0].lines[2]: expected a string, found a number"#,
            ]
        ),
    ])
    func lines(_ mistake: Mistake) { mistake.check() }

    @Test(arguments: [
        Mistake(
            .routes,
            #"""
            {"name": "a", "on": ["FLAGGED"], "page": ["ops"]}, {"name": "a", "on": ["CRITICAL"], "page": \#
            ["ops"]}
            """#,
            [#"c:6:72: routes[1].name: is the name of another route"#]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "page": ["ops"]}, {"name": "route 1", "on": ["CRITICAL"], "page": ["ops"]}"#,
            [#"c:6:59: routes[1].name: is the name of another route"#]
        ),
        Mistake(
            .routes,
            #"{"name": 7, "on": ["FLAGGED"], "page": ["ops"]}"#,
            [#"c:6:21: routes[0].name: expected a string, found a number"#]
        ),
    ])
    func names(_ mistake: Mistake) { mistake.check() }

    @Test(arguments: [
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "page": ["ops"], "remind_every": "4h"}"#,
            []
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "page": ["ops"], "remind_every": "4 hours"}"#,
            [
                #"""
                c:6:65: routes[0].remind_every: "4 hours" is not a duration; write a number and a unit such \#
                as "30s", "5m" or "90d"
                """#
            ]
        ),
        Mistake(
            .routes,
            #"{"on": ["FLAGGED"], "page": ["ops"], "remind_every": "999ms"}"#,
            [#"c:6:65: routes[0].remind_every: must be between 1s and 30d, found 999ms"#]
        ),
    ])
    func reminders(_ mistake: Mistake) { mistake.check() }
}
