using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Batch.Host.Web;

/// <summary>Keeps the keys of cookies and forms in the database, so that all hosts share them and a restart signs nobody out.</summary>
internal sealed class ProtectionKeys(NpgsqlDataSource program) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using NpgsqlCommand command = program.CreateCommand("SELECT xml FROM batch.protection_key ORDER BY at, name");
        using NpgsqlDataReader reader = command.ExecuteReader();
        List<XElement> elements = [];
        while (reader.Read())
        {
            elements.Add(XElement.Parse(reader.GetString(0)));
        }

        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using NpgsqlCommand command = program.CreateCommand("INSERT INTO batch.protection_key (name, xml) VALUES ($1, $2)");
        command.Parameters.AddWithValue(friendlyName);
        command.Parameters.AddWithValue(element.ToString(SaveOptions.DisableFormatting));
        command.ExecuteNonQuery();
    }
}
