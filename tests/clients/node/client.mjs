// ews-javascript-api, the Managed API for JavaScript: binds, lists, reads, changes and sends.
// Usage: node client.mjs EWS-URL ADDRESS PASSWORD OTHER-ADDRESS; prints one line of JSON.
import ews from "ews-javascript-api";

const [url, address, password, other] = process.argv.slice(2);

const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2013_SP1);
service.Credentials = new ews.WebCredentials(address, password);
service.Url = new ews.Uri(url);

const found = {};

// bind
const inbox = await ews.Folder.Bind(service, ews.WellKnownFolderName.Inbox);
found.inbox = { name: inbox.DisplayName, total: inbox.TotalCount, unread: inbox.UnreadCount };

// list folders
const folders = await service.FindFolders(
  ews.WellKnownFolderName.MsgFolderRoot,
  new ews.FolderView(100),
);
found.folders = folders.Folders.map((folder) => folder.DisplayName);

// list items, newest first, page by page
const view = new ews.ItemView(2);
view.OrderBy.Add(ews.ItemSchema.DateTimeReceived, ews.SortDirection.Descending);
found.subjects = [];
for (;;) {
  const page = await service.FindItems(ews.WellKnownFolderName.Inbox, view);
  found.subjects.push(...page.Items.map((item) => item.Subject));
  if (!page.MoreAvailable) break;
  view.Offset = page.NextPageOffset;
}

// search
const filter = new ews.SearchFilter.ContainsSubstring(
  ews.ItemSchema.Subject, "report", ews.ContainmentMode.Substring, ews.ComparisonMode.IgnoreCase,
);
const matches = await service.FindItems(
  ews.WellKnownFolderName.Inbox, filter, new ews.ItemView(10),
);
found.matches = matches.Items.map((item) => item.Subject);

// read
const wanted = new ews.PropertySet(ews.BasePropertySet.FirstClassProperties);
wanted.RequestedBodyType = ews.BodyType.Text;
const message = await ews.EmailMessage.Bind(service, matches.Items[0].Id, wanted);
found.message = {
  subject: message.Subject,
  from: message.From.Address,
  body: message.Body.Text,
  isRead: message.IsRead,
  attachments: [],
};
for (const attachment of message.Attachments.Items) {
  await attachment.Load();
  found.message.attachments.push({
    name: attachment.Name,
    content: Buffer.from(attachment.Base64Content, "base64").toString(),
  });
}

// change
message.IsRead = true;
await message.Update(ews.ConflictResolutionMode.AutoResolve);
const again = await ews.EmailMessage.Bind(service, matches.Items[0].Id);
found.isReadAfter = again.IsRead;

// send
const mail = new ews.EmailMessage(service);
mail.Subject = "From JavaScript";
// the library writes values as they are: markup must be escaped by its user
const escaped = "<p>Hello <b>there</b></p>".replaceAll("&", "&amp;").replaceAll("<", "&lt;");
mail.Body = new ews.MessageBody(ews.BodyType.HTML, escaped);
mail.ToRecipients.Add(other);
mail.Attachments.AddFileAttachment("note.txt", Buffer.from("attached").toString("base64"));
await mail.SendAndSaveCopy();

// an error has its code
try {
  await ews.EmailMessage.Bind(service, new ews.ItemId("bm9uc2Vuc2U="));
} catch (error) {
  found.error = ews.ServiceError[error.ErrorCode ?? error.Response?.ErrorCode] ?? String(error);
}

// names
const names = await service.ResolveName(other);
found.resolved = [...Array(names.Count).keys()].map((n) => names._getItem(n).Mailbox.Address);

console.log(JSON.stringify(found));
