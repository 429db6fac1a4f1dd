// Lets Python judge the HDF5 reader and writer:
//   wavetrain_hdf5_tool dump FILE          prints every object, attribute and value, one a line
//   wavetrain_hdf5_tool write FILE         writes the tree that tests/python/test_hdf5_files.py expects
//   wavetrain_hdf5_tool copy FROM TO       reads and writes
//   wavetrain_hdf5_tool archive FROM TO    reads a .keras file and writes it, with a member of our own added
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/files/hdf5.hpp"
#include "wavetrain/files/keras_archive.hpp"

namespace {

using namespace wavetrain;
using namespace wavetrain::files;
using namespace wavetrain::files::hdf5;
using wavetrain::files::hdf5::DType;  // a layer has a type of this name, too

std::string values(const Data& data) {
  std::string text;
  if (data.dtype == DType::string) {
    for (const std::string& value : data.strings) text += fmt::format(" {}", value.empty() ? "''" : value);
  } else if (data.dtype == DType::other) {
    text = " " + data.type_name;
  } else if (data.dtype <= DType::float64) {
    for (const double value : data.to_double()) text += " " + to_text(value);
  } else {
    for (const std::int64_t value : data.to_int64()) text += fmt::format(" {}", value);
  }
  return fmt::format("{} {}{}", hdf5::to_string(data.dtype), wavetrain::to_string(data.shape), text);
}

void dump_attributes(const std::string& path, const Attributes& attributes) {
  for (const auto& [name, value] : attributes) fmt::print("{} @{} {}\n", path, name, values(value));
}

void dump(const std::string& path, const Group& group) {
  fmt::print("{}/ group\n", path);
  dump_attributes(path + "/", group.attributes);
  for (const auto& [name, child] : group.groups) dump(path + "/" + name, child);
  for (const auto& [name, child] : group.datasets) {
    fmt::print("{}/{} {}\n", path, name, values(child));
    dump_attributes(path + "/" + name, child.attributes);
  }
}

template <class T>
Data numbers(DType dtype, const Shape& shape) {
  Data data;
  data.dtype = dtype;
  data.shape = shape;
  for (Index i = 0; i < shape.size(); ++i) {
    const T value = static_cast<T>(static_cast<double>(i) * (std::is_floating_point_v<T> ? 0.5 : 1.0));
    const ByteSpan bytes = std::as_bytes(std::span(&value, 1));
    data.bytes.insert(data.bytes.end(), bytes.begin(), bytes.end());
  }
  return data;
}

Group canned_tree() {
  Group root;
  root.attributes["text"] = "grüße";
  root.attributes["empty"] = "";
  root.attributes["list"] = std::vector<std::string>{"a", "bb", "", "a"};
  Data fixed(std::vector<std::string>{"conv1d", "lstm"});
  fixed.fixed_length = 6;
  root.attributes["fixed"] = fixed;
  root.attributes["long"] = std::string(30000, 'x');
  root.attributes["number"] = Data::scalar(std::int64_t{7});
  std::vector<std::string> many;
  for (int i = 0; i < 9000; ++i) many.push_back(fmt::format("layer_{}", i));
  set_split_attribute(root.attributes, "names", many);
  set_split_attribute(root.attributes, "nothing", {});
  root.put("float32", numbers<float>(DType::float32, {2, 3}));
  root.put("float64", numbers<double>(DType::float64, {2, 3}));
  root.put("int8", numbers<std::int8_t>(DType::int8, {5}));
  root.put("int16", numbers<std::int16_t>(DType::int16, {5}));
  root.put("int32", numbers<std::int32_t>(DType::int32, {5}));
  root.put("int64", numbers<std::int64_t>(DType::int64, {5}));
  root.put("uint8", numbers<std::uint8_t>(DType::uint8, {5}));
  root.put("uint16", numbers<std::uint16_t>(DType::uint16, {5}));
  root.put("uint32", numbers<std::uint32_t>(DType::uint32, {5}));
  root.put("uint64", numbers<std::uint64_t>(DType::uint64, {5}));
  Data boolean = numbers<std::uint8_t>(DType::boolean, {2});
  root.put("bool", boolean);
  Data half;
  half.dtype = DType::float16;
  half.bytes = {std::byte{0x00}, std::byte{0x3E}};  // 1.5
  root.put("float16", half);
  half.dtype = DType::bfloat16;
  half.bytes = {std::byte{0xC0}, std::byte{0x3F}};  // 1.5
  root.put("bfloat16", half).attributes["dtype"] = "bfloat16";
  root.put("texts", fixed);
  root.put("scalar", Data::scalar(2.5f));
  root.put("iteration", Data::scalar(std::int32_t{12}));
  root.put("no_rows", numbers<float>(DType::float32, {0, 3}));
  // One leaf, several leaves, several tree nodes, two tree levels.
  for (const int count : {1, 8, 9, 256, 257, 600}) {
    Group& group = root.make_group(fmt::format("many/{}", count));
    for (int i = 0; i < count; ++i) group.make_group(std::to_string(i));
  }
  root.put("many/8/3/x", numbers<float>(DType::float32, {4})).attributes["unit"] = "m";
  return root;
}

int run(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "dump" && argc == 3) {
    dump("", parse(read_file(argv[2])));
  } else if (command == "write" && argc == 3) {
    write_file_atomically(argv[2], serialize(canned_tree()));
  } else if (command == "copy" && argc == 4) {
    write_file_atomically(argv[3], serialize(parse(read_file(argv[2]))));
  } else if (command == "archive" && argc == 4) {
    KerasArchive archive = read_keras_archive(argv[2]);
    const ByteSpan ours = as_bytes("{}");
    archive.extra["wavetrain.json"] = Bytes(ours.begin(), ours.end());
    write_keras_archive(argv[3], archive);
  } else {
    fmt::print(stderr, "usage: wavetrain_hdf5_tool dump FILE | write FILE | copy FROM TO | archive FROM TO\n");
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const wavetrain::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
