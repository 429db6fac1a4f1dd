#include "layers/refused.hpp"

#include <gtest/gtest.h>

#include "wavetrain/layer.hpp"

namespace wavetrain::tests {
namespace {

std::string refusal(const std::string& class_name) {
  try {
    make_layer(class_name, Config(Config::Dict{}));
  } catch (const NotSupported& error) {
    return error.what();
  }
  return "";
}

TEST(Refused, SaysWhatToDoInstead) {
  EXPECT_NE(refusal("Lambda").find("the layer Lambda holds Python code"), std::string::npos);
  EXPECT_NE(refusal("Lambda").find("register"), std::string::npos);
  EXPECT_NE(refusal("Concatenate").find("needs more than one input"), std::string::npos);
  EXPECT_NE(refusal("Conv2D").find("works on images"), std::string::npos);
  EXPECT_EQ(why_refused("Dense"), "");
  EXPECT_EQ(why_refused(""), "");
}

TEST(Refused, AnUnknownClassMayBeAUsersOwn) {
  try {
    make_layer("MyLayer", Config(Config::Dict{}));
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_NE(std::string(error.what()).find("register_layer<T>()"), std::string::npos);
  }
}

}  // namespace
}  // namespace wavetrain::tests
