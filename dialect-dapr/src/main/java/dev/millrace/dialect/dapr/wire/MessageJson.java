package dev.millrace.dialect.dapr.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages of the protocol as plain JSON, in the canonical names; what is not set is left out. */
public final class MessageJson {

  private MessageJson() {}

  /** The members of a message that are set. */
  public static Map<String, Object> of(Message message) {
    Map<String, Object> json = new LinkedHashMap<>();
    message
        .getAllFields()
        .forEach((field, value) -> json.put(field.getJsonName(), member(field, value)));
    return json;
  }

  private static Object member(FieldDescriptor field, Object value) {
    if (field.isMapField()) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (Object entry : (List<?>) value) {
        MapEntry<?, ?> pair = (MapEntry<?, ?>) entry;
        map.put(String.valueOf(pair.getKey()), single(pair.getValue()));
      }
      return map;
    }
    if (field.isRepeated()) {
      List<Object> list = new ArrayList<>();
      ((List<?>) value).forEach(element -> list.add(single(element)));
      return list;
    }
    return single(value);
  }

  private static Object single(Object value) {
    return switch (value) {
      case StringValue text -> text.getValue();
      case Timestamp time -> Texts.time(time).toString();
      case Message message -> of(message);
      case EnumValueDescriptor word -> word.getName();
      case ByteString bytes -> Base64.getEncoder().encodeToString(bytes.toByteArray());
      case Integer number -> number.longValue();
      default -> value;
    };
  }
}
