"""The modules that push scripts require, in Lua: parts of LuaSocket, written anew."""
