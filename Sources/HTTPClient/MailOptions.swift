import CCurl
import Chrono

/// How curl is told to hand over a mail, and what it must never do.
extension EasyHandle {
    func prepare(_ mail: OutgoingMail) throws(TransportError) {
        let server = mail.server
        try secure(protocols: "smtp,smtps")
        // The path of the URL is what EHLO says.
        let scheme = server.protection == .implicit ? "smtps" : "smtp"
        try set(CURLOPT_URL, "\(scheme)://\(server.host):\(server.port)/\(server.ehlo)")
        // Without this curl goes on in the clear when STARTTLS is not offered.
        if server.protection == .startTLS { try set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let authorities = server.authorities {
            try set(CURLOPT_CAINFO, authorities)
            try clear(CURLOPT_CAPATH)
        }
        if let login = server.login {
            try set(CURLOPT_USERNAME, login.username)
            try set(CURLOPT_PASSWORD, login.password)
            // Under TLS these two are what submission servers have (RFC 4954); curl would prefer older ones.
            try set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
        }
        try set(CURLOPT_MAIL_FROM, mail.sender)
        try set(CURLOPT_MAIL_RCPT, mail.recipients)
        // Better to reach one of two people than none.
        try set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1)
        // EHLO, STARTTLS and AUTH are a part of connecting (smtp_connect in lib/smtp.c).
        if mail.endsLoggedIn { try set(CURLOPT_CONNECT_ONLY, 1) }
        // Mails are rare and servers close idle connections: a kept one would be dead when it is needed.
        try set(CURLOPT_FRESH_CONNECT, 1)
        try set(CURLOPT_FORBID_REUSE, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, mail.timeout.curlMilliseconds)
    }
}
