package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.Collections;
import dev.millrace.data.Database;
import dev.millrace.data.FieldDefinition;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Collections and their fields: the tables that users keep their records in. */
final class CollectionActions {
  private static final String COLLECTION = "collectionName";

  private final Database database;

  CollectionActions(Database database) {
    this.database = database;
  }

  void register(Map<String, Action> actions) {
    actions.put("collections:list", this::list);
    actions.put("collections:listMeta", this::list);
    actions.put("collections:get", this::get);
    actions.put("collections:create", this::create);
    actions.put("collections:update", this::update);
    actions.put("collections:destroy", this::destroy);
    actions.put("collections.fields:list", this::listFields);
    actions.put("collections.fields:get", this::getField);
    actions.put("collections.fields:create", this::createField);
    actions.put("collections.fields:update", this::updateField);
    actions.put("collections.fields:destroy", this::destroyField);
    actions.put("fields:list", this::listAllFields);
    actions.put("fields:get", this::getOneField);
    actions.put("fields:create", this::createNamedField);
    actions.put("fields:update", this::updateOneField);
    actions.put("fields:destroy", this::destroyOneField);
  }

  private Collections collections() {
    return database.collections();
  }

  private Answer list(ActionRequest request) {
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    for (CollectionDefinition collection : collections().list()) {
      if (!SystemCollections.INTERNAL.contains(collection.name())) {
        all.add(collection.toJson());
      }
    }
    return DefinitionRows.answer(request, all);
  }

  private static String name(ActionRequest request) {
    Object key = request.parameters().key();
    Object filter = request.parameters().filter();
    if (key == null && filter instanceof Map<?, ?> map) {
      key = map.get("name");
    }
    if (key == null) {
      throw Errors.bad("filterByTk is required");
    }
    return String.valueOf(key);
  }

  private Answer get(ActionRequest request) {
    return Answer.of(
        collections().find(name(request)).map(CollectionDefinition::toJson).orElse(null));
  }

  private Answer create(ActionRequest request) {
    Map<String, @Nullable Object> values = request.values();
    Object name = values.get("name");
    if (name == null || name.equals("")) {
      throw Errors.bad("\"name\" is required");
    }
    if (SystemCollections.RESERVED.contains(String.valueOf(name))) {
      throw Errors.bad("Collection name \"%s\" is reserved".formatted(name));
    }
    if (collections().find(String.valueOf(name)).isPresent()) {
      throw Errors.bad("Collection named %s already exists".formatted(name));
    }
    return Answer.of(collections().create(values).toJson());
  }

  private Answer update(ActionRequest request) {
    return Answer.of(List.of(collections().update(name(request), request.values()).toJson()));
  }

  private Answer destroy(ActionRequest request) {
    long removed = 0;
    List<Object> keys = request.parameters().keys();
    for (Object key : keys.isEmpty() ? List.<Object>of(name(request)) : keys) {
      Optional<CollectionDefinition> found = collections().find(String.valueOf(key));
      if (found.isPresent()) {
        collections().destroy(String.valueOf(key));
        removed++;
      }
    }
    return Answer.of(removed);
  }

  private Answer listFields(ActionRequest request) {
    CollectionDefinition collection = collections().get(request.target().ownerKey());
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    collection.fields().forEach(field -> all.add(shown(collection, field)));
    return DefinitionRows.answer(request, all);
  }

  private static Map<String, @Nullable Object> shown(
      CollectionDefinition collection, FieldDefinition field) {
    Map<String, @Nullable Object> json = field.toJson();
    json.put("collectionName", collection.name());
    return json;
  }

  private Answer getField(ActionRequest request) {
    CollectionDefinition collection = collections().get(request.target().ownerKey());
    return Answer.of(
        collection.field(name(request)).map(field -> shown(collection, field)).orElse(null));
  }

  private Answer createField(ActionRequest request) {
    String collection = request.target().ownerKey();
    FieldDefinition field = collections().createField(collection, request.values());
    return Answer.of(shown(collections().get(collection), field));
  }

  private Answer updateField(ActionRequest request) {
    String collection = request.target().ownerKey();
    FieldDefinition field = collections().updateField(collection, name(request), request.values());
    return Answer.of(List.of(shown(collections().get(collection), field)));
  }

  /** Fields of all collections. */
  private Answer listAllFields(ActionRequest request) {
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    for (CollectionDefinition collection : collections().list()) {
      if (!SystemCollections.INTERNAL.contains(collection.name())) {
        collection.fields().forEach(field -> all.add(shown(collection, field)));
      }
    }
    return DefinitionRows.answer(request, all);
  }

  /** The field that a filter names by {@code collectionName} and {@code name}. */
  private Map.Entry<CollectionDefinition, FieldDefinition> one(ActionRequest request) {
    Object filter = request.parameters().filter();
    Object collection = filter instanceof Map<?, ?> map ? map.get(COLLECTION) : null;
    Object name = filter instanceof Map<?, ?> map ? map.get("name") : null;
    Object key = request.parameters().key();
    for (CollectionDefinition candidate : collections().list()) {
      for (FieldDefinition field : candidate.fields()) {
        boolean found =
            key == null
                ? candidate.name().equals(collection) && field.name().equals(name)
                : key.equals(field.options().get("key"));
        if (found && !SystemCollections.INTERNAL.contains(candidate.name())) {
          return Map.entry(candidate, field);
        }
      }
    }
    throw Errors.of(404, "Field not found: expected a filter with collectionName and name");
  }

  private Answer getOneField(ActionRequest request) {
    var found = one(request);
    return Answer.of(shown(found.getKey(), found.getValue()));
  }

  private Answer createNamedField(ActionRequest request) {
    Map<String, @Nullable Object> values = request.values();
    if (!(values.remove(COLLECTION) instanceof String collection) || collection.isEmpty()) {
      throw Errors.bad("\"collectionName\" is required");
    }
    FieldDefinition field = collections().createField(collection, values);
    return Answer.of(shown(collections().get(collection), field));
  }

  private Answer updateOneField(ActionRequest request) {
    var found = one(request);
    FieldDefinition field =
        collections().updateField(found.getKey().name(), found.getValue().name(), request.values());
    return Answer.of(List.of(shown(collections().get(found.getKey().name()), field)));
  }

  private Answer destroyOneField(ActionRequest request) {
    var found = one(request);
    collections().destroyField(found.getKey().name(), found.getValue().name());
    return Answer.of(1L);
  }

  private Answer destroyField(ActionRequest request) {
    collections().destroyField(request.target().ownerKey(), name(request));
    return Answer.of(1L);
  }
}
