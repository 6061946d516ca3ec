// node-ews: SOAP by the served WSDL.
// Usage: node node_ews.cjs SERVER-URL ADDRESS PASSWORD OTHER-ADDRESS; prints one line of JSON.
const EWS = require("node-ews");

const [host, username, password, other] = process.argv.slice(2);

async function main() {
  const temp = process.env.EWS_TEMP;
  const ews = new EWS({ username, password, host, auth: "basic", temp });
  const found = {};

  const folder = await ews.run("GetFolder", {
    FolderShape: { BaseShape: "Default" },
    FolderIds: { DistinguishedFolderId: { attributes: { Id: "inbox" } } },
  });
  const inbox = folder.ResponseMessages.GetFolderResponseMessage.Folders.Folder;
  found.inbox = inbox.DisplayName;

  const list = await ews.run("FindItem", {
    attributes: { Traversal: "Shallow" },
    ItemShape: { BaseShape: "Default" },
    ParentFolderIds: { DistinguishedFolderId: { attributes: { Id: "inbox" } } },
  });
  const items = list.ResponseMessages.FindItemResponseMessage.RootFolder.Items.Message;
  found.subjects = items.map((item) => item.Subject);

  const got = await ews.run("GetItem", {
    ItemShape: { BaseShape: "Default", BodyType: "Text" },
    ItemIds: { ItemId: items[0].ItemId },
  });
  const message = got.ResponseMessages.GetItemResponseMessage.Items.Message;
  found.body = message.Body.$value ?? message.Body;

  const sent = await ews.run("CreateItem", {
    attributes: { MessageDisposition: "SendAndSaveCopy" },
    SavedItemFolderId: { DistinguishedFolderId: { attributes: { Id: "sentitems" } } },
    Items: {
      Message: {
        Subject: "From node-ews",
        Body: { attributes: { BodyType: "Text" }, $value: "Hello" },
        ToRecipients: { Mailbox: { EmailAddress: other } },
      },
    },
  });
  found.sent = sent.ResponseMessages.CreateItemResponseMessage.attributes.ResponseClass;
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
