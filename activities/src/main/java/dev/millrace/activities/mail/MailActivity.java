package dev.millrace.activities.mail;

import dev.millrace.activities.call.BoundedCall;
import dev.millrace.activities.call.Parameters;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.jspecify.annotations.Nullable;

/**
 * The activity {@code mail}: sends one mail over SMTP.
 *
 * <p>Parameters: {@code to}, {@code cc}, {@code bcc} (one address or a list), {@code subject},
 * {@code text} and/or {@code html}, {@code from} (the configured sender without it), {@code
 * replyTo} (one address or a list), {@code timeout} in seconds (30). The output is {@code
 * {messageId}}. The message id is made from the idempotency key, so that a mail sent again by a
 * retry carries the same id and mail systems can drop it.
 *
 * <p>Errors: {@code mail.<reply code>} (4xx retryable), {@code mail.auth}, {@code io}, {@code
 * timeout}, {@code too_large}, {@code constraint}. Thread-safe.
 */
public final class MailActivity implements Activity {

  /** The most addresses of one mail. */
  public static final int MOST_RECIPIENTS = 500;

  /** The most characters of text and HTML together. */
  public static final int BODY_LIMIT = 5 * 1024 * 1024;

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);
  private static final int FIRST_PERMANENT_REPLY = 500;
  private static final int MESSAGE_ID_BYTES = 16;

  private final @Nullable MailSettings settings;
  private final Clock clock;

  /**
   * Sends through this server.
   *
   * @param settings null when none is configured; every mail then fails and says so
   */
  public MailActivity(@Nullable MailSettings settings) {
    this(settings, Clock.systemUTC());
  }

  /**
   * Sends through this server.
   *
   * @param settings null when none is configured; every mail then fails and says so
   * @param clock reads the time for the header {@code Date}
   */
  public MailActivity(@Nullable MailSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "mail";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Parameters parameters = new Parameters(name(), input.parameters());
    MailSettings server = settings;
    if (server == null) {
      throw parameters.refuse("no SMTP server is configured, so no mail can be sent");
    }
    Duration asked = parameters.seconds("timeout", DEFAULT_TIMEOUT, LONGEST_TIMEOUT);
    Duration limit = Parameters.shorter(asked, input.timeout());
    Session session = Session.getInstance(properties(server, limit));
    MimeMessage message = message(parameters, server, session, input.idempotencyKey());
    return BoundedCall.run(
        () -> send(server, session, message, limit), limit, worker -> worker.interrupt());
  }

  private static Properties properties(MailSettings server, Duration limit) {
    String millis = String.valueOf(limit.toMillis());
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.connectiontimeout", millis);
    properties.setProperty("mail.smtp.timeout", millis);
    properties.setProperty("mail.smtp.writetimeout", millis);
    properties.setProperty("mail.smtp.auth", String.valueOf(server.username() != null));
    properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
    switch (server.tls()) {
      case NONE -> {}
      case STARTTLS -> {
        properties.setProperty("mail.smtp.starttls.enable", "true");
        properties.setProperty("mail.smtp.starttls.required", "true");
      }
      case IMPLICIT -> properties.setProperty("mail.smtp.ssl.enable", "true");
    }
    return properties;
  }

  private MimeMessage message(
      Parameters parameters, MailSettings server, Session session, String idempotencyKey)
      throws ActivityException {
    String subject = singleLine(parameters, "subject", parameters.text("subject", ""));
    String text = parameters.text("text", "");
    String html = parameters.text("html", "");
    if (text.isEmpty() && html.isEmpty()) {
      throw parameters.refuse("text or html is required, found neither");
    }
    if (text.length() + html.length() > BODY_LIMIT) {
      String words = "mail: text and html may have at most " + BODY_LIMIT + " characters";
      throw new ActivityException("too_large", words, false);
    }
    InternetAddress from = address(parameters, "from", parameters.text("from", server.from()));
    List<InternetAddress> to = addresses(parameters, "to");
    List<InternetAddress> cc = addresses(parameters, "cc");
    List<InternetAddress> bcc = addresses(parameters, "bcc");
    List<InternetAddress> replyTo = addresses(parameters, "replyTo");
    int recipients = to.size() + cc.size() + bcc.size();
    if (recipients == 0 || recipients > MOST_RECIPIENTS) {
      throw parameters.refuse(
          "to, cc and bcc must name from 1 to %d addresses together, found %d"
              .formatted(MOST_RECIPIENTS, recipients));
    }
    try {
      MimeMessage message = new IdentifiedMessage(session, messageId(idempotencyKey, from));
      message.setFrom(from);
      message.setRecipients(Message.RecipientType.TO, to.toArray(InternetAddress[]::new));
      message.setRecipients(Message.RecipientType.CC, cc.toArray(InternetAddress[]::new));
      message.setRecipients(Message.RecipientType.BCC, bcc.toArray(InternetAddress[]::new));
      if (!replyTo.isEmpty()) {
        message.setReplyTo(replyTo.toArray(InternetAddress[]::new));
      }
      message.setSubject(subject, "UTF-8");
      message.setSentDate(Date.from(clock.instant()));
      fill(message, text, html);
      message.saveChanges();
      return message;
    } catch (MessagingException e) {
      throw parameters.refuse("the mail cannot be put together: " + e.getMessage());
    }
  }

  private static void fill(MimeMessage message, String text, String html)
      throws MessagingException {
    if (html.isEmpty()) {
      message.setText(text, "UTF-8");
    } else if (text.isEmpty()) {
      message.setText(html, "UTF-8", "html");
    } else {
      // Readers show the last part they understand.
      MimeMultipart alternatives = new MimeMultipart("alternative");
      alternatives.addBodyPart(part(text, "plain"));
      alternatives.addBodyPart(part(html, "html"));
      message.setContent(alternatives);
    }
  }

  private static MimeBodyPart part(String text, String subtype) throws MessagingException {
    MimeBodyPart part = new MimeBodyPart();
    part.setText(text, "UTF-8", subtype);
    return part;
  }

  private static Map<String, @Nullable Object> send(
      MailSettings server, Session session, MimeMessage message, Duration limit)
      throws ActivityException {
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect(server.host(), server.port(), server.username(), server.password());
      transport.sendMessage(message, message.getAllRecipients());
      return Map.of("messageId", message.getMessageID());
    } catch (AuthenticationFailedException e) {
      String words = "mail: the SMTP server refused the configured user name and password";
      throw new ActivityException("mail.auth", words, false);
    } catch (MessagingException e) {
      throw failure(e, server, limit);
    }
  }

  private static ActivityException failure(
      MessagingException e, MailSettings server, Duration limit) {
    Throwable cause = e;
    while (cause != null) {
      int reply =
          switch (cause) {
            case SMTPSendFailedException refused -> refused.getReturnCode();
            case SMTPAddressFailedException refused -> refused.getReturnCode();
            case SMTPSenderFailedException refused -> refused.getReturnCode();
            default -> 0;
          };
      if (reply > 0) {
        String words =
            "mail: the SMTP server answered " + String.valueOf(cause.getMessage()).strip();
        return new ActivityException("mail." + reply, words, reply < FIRST_PERMANENT_REPLY);
      }
      if (cause instanceof SocketTimeoutException) {
        return BoundedCall.timeout(limit);
      }
      cause = cause instanceof MessagingException m ? m.getNextException() : cause.getCause();
    }
    String where = server.host() + ":" + server.port();
    boolean unreachable =
        e instanceof MailConnectException || e.getNextException() instanceof IOException;
    String reason = unreachable ? "cannot be reached" : String.valueOf(e.getMessage());
    return new ActivityException("io", "mail: the SMTP server " + where + ": " + reason, true);
  }

  private static List<InternetAddress> addresses(Parameters parameters, String name)
      throws ActivityException {
    List<InternetAddress> addresses = new ArrayList<>();
    for (String text : parameters.texts(name)) {
      addresses.add(address(parameters, name, text));
    }
    return addresses;
  }

  private static InternetAddress address(Parameters parameters, String name, String text)
      throws ActivityException {
    try {
      InternetAddress address = new InternetAddress(singleLine(parameters, name, text), true);
      if (address.getAddress().indexOf('@') > 0) {
        return address;
      }
    } catch (AddressException e) {
      // Told below, in the same words for every fault.
    }
    throw parameters.mismatch(name, "mail addresses, one per text", "\"" + text + "\"");
  }

  private static String singleLine(Parameters parameters, String name, String text)
      throws ActivityException {
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw parameters.refuse(
          "parameter \"" + name + "\" must be one line without control characters");
    }
    return text;
  }

  private static String messageId(String idempotencyKey, InternetAddress from) {
    byte[] digest;
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      digest = sha.digest(idempotencyKey.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    String domain = from.getAddress().substring(from.getAddress().lastIndexOf('@') + 1);
    String local = HexFormat.of().formatHex(digest, 0, MESSAGE_ID_BYTES);
    return "<" + local + "@" + domain + ">";
  }

  /** Keeps the id it was made with; the plain message makes a new one whenever it is saved. */
  private static final class IdentifiedMessage extends MimeMessage {
    private final String id;

    IdentifiedMessage(Session session, String id) {
      super(session);
      this.id = id;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", id);
    }
  }
}
