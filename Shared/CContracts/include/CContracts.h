// C messages made by protoc-c. Never edited: make proto writes this folder.
