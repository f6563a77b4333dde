package dev.millrace.dialect.nocobase.activity;

import dev.millrace.engine.JsonValue;
import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The body of a {@code request} node as it is sent.
 *
 * @param type its content type, with the boundary of its parts where it has any
 */
record RequestBody(String type, String text) {

  /** The type of a node that names none. */
  static final String JSON = "application/json";

  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String PARTS = "multipart/form-data";
  private static final String LINE = "\r\n";

  /**
   * Writes data as a type asks: fields and parts are lists of {@code {name, value}} and {@code
   * {name, valueType: text, text}}, all else is text as it is or JSON.
   *
   * @param data not null
   * @return null when the data does not fit its type
   */
  static @Nullable RequestBody of(String type, Object data) {
    return switch (type) {
      case FORM -> data instanceof List<?> fields ? new RequestBody(FORM, form(fields)) : null;
      case PARTS -> data instanceof List<?> parts ? multipart(parts) : null;
      case JSON -> new RequestBody(JSON, json(data));
      default -> new RequestBody(type, data instanceof String text ? text : Json.writeText(data));
    };
  }

  /** Text that is JSON already is sent as it is. */
  private static String json(Object data) {
    if (data instanceof String text) {
      try {
        Json.parse(text);
        return text.strip();
      } catch (JsonSyntaxException notJson) {
        return Json.writeText(text);
      }
    }
    return Json.writeText(data);
  }

  private static String form(List<?> fields) {
    StringJoiner form = new StringJoiner("&");
    for (Object field : fields) {
      String name = JsonValue.text(field, "name", "");
      Object value = JsonValue.get(field, "value");
      if (!name.isEmpty() && value != null) {
        form.add(encoded(name) + "=" + encoded(String.valueOf(value)));
      }
    }
    return form.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static @Nullable RequestBody multipart(List<?> parts) {
    StringBuilder body = new StringBuilder();
    String boundary = boundary(parts);
    for (Object part : parts) {
      String kind = JsonValue.text(part, "valueType", "text");
      if (!kind.equals("text")) {
        // There is no store of files: only a file that is not there can be left out.
        if (kind.equals("file") && JsonValue.get(part, "file") == null) {
          continue;
        }
        return null;
      }
      Object text = JsonValue.get(part, "text");
      body.append("--").append(boundary).append(LINE);
      body.append("Content-Disposition: form-data; name=\"");
      body.append(quoted(JsonValue.text(part, "name", ""))).append('"').append(LINE).append(LINE);
      body.append(text == null ? "" : String.valueOf(text)).append(LINE);
    }
    body.append("--").append(boundary).append("--").append(LINE);
    return new RequestBody(PARTS + "; boundary=" + boundary, body.toString());
  }

  /** What stands in no part. The same data gives the same one, so that a repeat sends the same. */
  private static String boundary(List<?> parts) {
    String all = Json.writeText(parts);
    String boundary = "millrace-" + Integer.toHexString(all.hashCode());
    while (all.contains(boundary)) {
      boundary += "-";
    }
    return boundary;
  }

  private static String quoted(String name) {
    return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }
}
