#include "wavetrain/layer_list.hpp"

#include <fmt/format.h>

#include "layers/layer_list_parser.hpp"

namespace wavetrain {

std::vector<Sequential::Entry> parse_layer_list(std::string_view text) {
  std::vector<Sequential::Entry> entries;
  for (const LayerListParser::Call& call : LayerListParser(text).parse_list()) {
    const auto where = [&](const Error& error) {
      return fmt::format("Layer list, {}, {}: {}", call.place, call.class_name, error.what());
    };
    try {
      if (call.class_name == "Input" || call.class_name == "InputLayer") {
        entries.emplace_back(from_config<layers::Input>(call.arguments));
      } else {
        entries.emplace_back(make_layer(call.class_name, call.arguments));
      }
    } catch (const ValueError& error) {
      throw ValueError(where(error));
    } catch (const TypeError& error) {
      throw TypeError(where(error));
    } catch (const NotSupported& error) {
      throw NotSupported(where(error));
    }
  }
  return entries;
}

Config parse_constructor(std::string_view text) { return LayerListParser(text).parse_object(); }

}  // namespace wavetrain
