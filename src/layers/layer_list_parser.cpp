#include "layers/layer_list_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "core/suggest.hpp"
#include "wavetrain/constraints.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/initializers.hpp"
#include "wavetrain/layer.hpp"
#include "wavetrain/layers/input.hpp"
#include "wavetrain/losses.hpp"
#include "wavetrain/metric.hpp"
#include "wavetrain/optimizer.hpp"
#include "wavetrain/regularizers.hpp"

namespace wavetrain {
namespace {

constexpr int kMaxDepth = 50;  // nested values; deeper text is no model

bool is_name_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

std::vector<const Description*> known_classes() {
  std::vector<const Description*> classes;
  for (const std::string& name : layer_class_names()) classes.push_back(find_layer_class(name));
  for (const Registry* registry :
       {&InitializerFamily::registry(), &RegularizerFamily::registry(), &ConstraintFamily::registry(),
        &OptimizerFamily::registry(), &LearningRateScheduleFamily::registry(), &LossFamily::registry(),
        &MetricFamily::registry()}) {
    for (const Description* description : registry->descriptions()) classes.push_back(description);
  }
  return classes;
}

// Layers come first: where a layer and, say, a metric share a name, a list of layers means the layer.
const Description* find_class(const std::string& name) {
  if (name == "Input" || name == "InputLayer") return &layers::Input::description();
  for (const Description* description : known_classes()) {
    if (description->class_name == name) return description;
  }
  return nullptr;
}

}  // namespace

std::string LayerListParser::place(std::size_t position) const {
  const std::string_view before = text_.substr(0, position);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n');
  return fmt::format("line {}, column {}", line, start == std::string_view::npos ? position + 1 : position - start);
}

void LayerListParser::fail(const std::string& message, std::size_t position) const {
  const std::size_t from = std::min(position, text_.size());
  std::string rest(text_.substr(from, 20));
  rest = rest.substr(0, rest.find('\n'));
  throw ValueError(fmt::format("Layer list, {}: {} Received: {}", place(position), message,
                               rest.empty() ? "the end of the text" : "`" + rest + "`"));
}

void LayerListParser::skip_blanks(bool commas) {
  while (!at_end()) {
    const char c = peek();
    if (c == '#') {
      while (!at_end() && peek() != '\n') ++next_;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0 || (commas && c == ',')) {
      ++next_;
    } else {
      return;
    }
  }
}

bool LayerListParser::take(char c) {
  skip_blanks();
  if (peek() != c || at_end()) return false;
  ++next_;
  return true;
}

std::vector<LayerListParser::Call> LayerListParser::parse_list() {
  std::vector<Call> calls;
  const bool bracketed = take('[');
  for (skip_blanks(); !at_end() && peek() != ']'; skip_blanks(true)) calls.push_back(parse_call());
  if (bracketed && !take(']')) fail("The list begins with `[` and needs a `]` at its end.", next_);
  skip_blanks();
  if (!at_end()) fail("Expected the end of the list.", next_);
  if (calls.empty()) fail("Expected at least one layer, such as Dense(10).", next_);
  return calls;
}

Config LayerListParser::parse_object() {
  skip_blanks();
  const std::size_t start = next_;
  std::string name = parse_name();
  skip_blanks();
  if (at_end()) return name;
  next_ = start;
  Call call = parse_call();
  skip_blanks();
  if (!at_end()) fail("Expected nothing behind the closing parenthesis.", next_);
  return Config::dict({{"class_name", std::move(call.class_name)}, {"config", std::move(call.arguments)}});
}

std::string LayerListParser::parse_name() {
  skip_blanks();
  const std::size_t start = next_;
  if (!is_name_start(peek())) fail("Expected a name, such as Conv1D.", start);
  while (is_name_char(peek())) ++next_;
  const std::string_view name = text_.substr(start, next_ - start);
  const std::size_t dot = name.rfind('.');
  return std::string(dot == std::string_view::npos ? name : name.substr(dot + 1));
}

LayerListParser::Call LayerListParser::parse_call() {
  skip_blanks();
  const std::size_t start = next_;
  Call call{parse_name(), {}, place(start)};
  if (find_class(call.class_name) == nullptr) {
    std::vector<std::string> names;
    for (const Description* description : known_classes()) names.push_back(description->class_name);
    const std::string hint = did_you_mean(call.class_name, names);
    fail(fmt::format("Unknown layer `{}`.{}", call.class_name,
                     hint.empty() ? fmt::format(" Known layers: {}.", fmt::join(layer_class_names(), ", ")) : hint),
         start);
  }
  if (!take('('))
    fail(fmt::format("Expected `(` behind {}: layers are written {}(...).", call.class_name, call.class_name), next_);
  call.arguments = parse_arguments(call.class_name);
  return call;
}

Config LayerListParser::parse_arguments(const std::string& class_name) {
  const Description& description = *find_class(class_name);
  Config arguments = Config(Config::Dict{});
  std::size_t positional = 0;
  bool keywords = false;
  while (!take(')')) {
    skip_blanks();
    const std::size_t start = next_;
    if (at_end()) fail(fmt::format("The arguments of {} need a `)` at their end.", class_name), start);
    std::string name;
    if (is_name_start(peek())) {
      name = parse_name();
      if (!take('=')) {
        name.clear();
        next_ = start;
      }
    }
    if (name.empty()) {
      if (keywords) fail(fmt::format("{}: positional arguments come before keyword arguments.", class_name), start);
      if (positional >= description.fields.size()) {
        fail(fmt::format("{} takes at most {} arguments.", class_name, description.fields.size()), start);
      }
      name = description.fields[positional++].name;
    } else {
      keywords = true;
      if (description.find(name) == nullptr) {
        std::vector<std::string> names;
        for (const Field& field : description.fields) names.push_back(field.name);
        fail(fmt::format("{} has no argument `{}`.{}", class_name, name, did_you_mean(name, names)), start);
      }
    }
    if (arguments.find(name) != nullptr)
      fail(fmt::format("{}: the argument `{}` is given twice.", class_name, name), start);
    arguments.set(name, parse_value());
    if (take(',')) continue;
    skip_blanks();
    if (peek() != ')') fail(fmt::format("Expected `,` or `)` behind an argument of {}.", class_name), next_);
  }
  return arguments;
}

Config LayerListParser::parse_value() {
  skip_blanks();
  const std::size_t start = next_;
  if (++depth_ > kMaxDepth) fail("Values are nested too deeply.", start);
  Config value;
  const char c = peek();
  if (c == '\'' || c == '"') {
    value = parse_string();
  } else if (take('[')) {
    value = parse_sequence(']');
  } else if (take('(')) {
    value = parse_sequence(')');
  } else if (is_name_start(c)) {
    const std::string name = parse_name();
    if (name == "True" || name == "False") {
      value = name == "True";
    } else if (name != "None") {
      if (!take('(')) fail(fmt::format("Text is written in quotes: '{}'.", name), start);
      next_ = start;
      Call call = parse_call();
      // Where the class lives tells Keras' own objects from user's; readers here go by the name.
      value = Config::dict({{"module", find_class(call.class_name)->module},
                            {"class_name", std::move(call.class_name)},
                            {"config", std::move(call.arguments)},
                            {"registered_name", nullptr}});
    }
  } else {
    value = parse_number();
  }
  --depth_;
  return value;
}

Config LayerListParser::parse_string() {
  const std::size_t start = next_;
  const char quote = text_[next_++];
  std::string value;
  while (!at_end() && peek() != quote && peek() != '\n') {
    if (peek() == '\\') ++next_;  // \' \" and \\ stand for the character behind
    if (!at_end()) value += text_[next_++];
  }
  if (peek() != quote) fail("The text is not closed by a quotation mark.", start);
  ++next_;
  return value;
}

Config LayerListParser::parse_number() {
  const std::size_t start = next_;
  std::string digits;
  while (!at_end() && (std::isalnum(static_cast<unsigned char>(peek())) != 0 ||
                       std::string_view("+-._").find(peek()) != std::string_view::npos)) {
    if (peek() != '_') digits += peek();
    ++next_;
  }
  const std::string_view number = std::string_view(digits).substr(!digits.empty() && digits[0] == '+' ? 1 : 0);
  const char* const end = number.data() + number.size();
  std::int64_t integer = 0;
  if (const auto [stop, error] = std::from_chars(number.data(), end, integer); error == std::errc() && stop == end)
    return integer;
  double real = 0;
  if (const auto [stop, error] = std::from_chars(number.data(), end, real); error == std::errc() && stop == end)
    return real;
  fail("Expected a value: a number, 'text', True, False, None, a list or a tuple.", start);
}

Config LayerListParser::parse_sequence(char close) {
  Config::List items;
  bool comma = false;
  while (!take(close)) {
    items.push_back(parse_value());
    comma = take(',');
    skip_blanks();
    if (!comma && peek() != close) fail(fmt::format("Expected `,` or `{}`.", close), next_);
  }
  // As in Python: (3) is a number, (3,) a tuple.
  if (close == ')' && items.size() == 1 && !comma) return items[0];
  return items;
}

}  // namespace wavetrain
