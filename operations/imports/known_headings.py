"""Our columns by kind, and what Salesforce, HubSpot and Pipedrive call them.

Under each field stand the headings that mean it, the surest first: a file may hold several of
them ("Account ID" beside "Account Name"), and then the first one is used. Salesforce writes three
dialects: API names (weekly export), labels (reports) and the words of its import wizard. HubSpot
mixes title and sentence case, Pipedrive writes "Entity - Field" with changing punctuation; case,
blanks and punctuation are disregarded anyway, so each stands here once.

A field with an empty tuple is known by its own name alone. Fields that docs/interfaces.md does not
list (`close_date`, `won`, `street`, …) are there for what other systems write; each kind turns them
into its own.
"""

from collections.abc import Mapping

Headings = Mapping[str, tuple[str, ...]]

PEOPLE: Headings = {
    "external_id": ("User ID", "Id", "Record ID", "Employee ID"),
    "username": ("User Name", "Login"),
    "name": ("Full Name", "Sales Agent", "Sales Rep", "Employee", "Agent"),
    "email": ("E-mail", "Email Address", "E-mail Address"),
    "first_name": ("Given Name",),
    "last_name": ("Family Name", "Surname"),
    "role": (),
    "team": ("Team Name",),
    "manager": ("ManagerId", "Manager Name", "Reports To"),
    "region": ("Regional Office", "Territory"),
    "strengths": ("Strength",),
    "capacity": (),
    "active": ("IsActive",),
    "left_on": ("Left On",),
}

ACCOUNTS: Headings = {
    "external_id": (
        "Id", "Account ID", "Record ID", "Organization - ID",
        "Organization - Pipedrive System ID", "Company ID", "Customer ID",
    ),
    "name": (
        "Account Name", "Company name", "Organization - Name", "Account", "Company",
        "Organization", "Customer",
    ),
    "domain": ("Website", "Company Domain Name", "Organization - Website", "Website URL"),
    "segment": (),
    "industry": ("Organization - Industry", "Sector"),
    "region": (),
    "country": (
        "BillingCountry", "Billing Country", "Country/Region",
        "Organization - Address - Country of Address",
    ),
    "parent": (
        "ParentId", "Parent Account ID", "Parent Account", "Parent Company", "Subsidiary of",
    ),
    "owner": (
        "OwnerId", "Account Owner", "Record Owner", "Company owner", "Organization - Owner",
        "Owner ID",
    ),
    "owner_since": (),
    "state": (),
    "lead_source": ("AccountSource", "Account Source", "Original Traffic Source"),
    "phone": ("Account Phone", "Phone Number", "Organization - Phone"),
    "address": ("Organization - Address", "Billing Address"),
    "street": ("BillingStreet", "Billing Street", "Street Address"),
    "city": (
        "BillingCity", "Billing City",
        "Organization - Address - City/town/village/locality of Address",
    ),
    "province": (
        "BillingState", "Billing State/Province", "State/Region",
        "Organization - Address - State/county of Address",
    ),
    "postal_code": (
        "BillingPostalCode", "Billing Zip/Postal Code", "Zip",
        "Organization - Address - ZIP/Postal code of Address",
    ),
    "deleted": ("IsDeleted",),
}  # fmt: skip

CONTACTS: Headings = {
    "external_id": (
        "Id", "Contact ID", "Record ID", "Person - ID", "Person - Pipedrive System ID",
    ),
    "account": (
        "AccountId", "Account ID", "Person - Organization ID", "Account Name",
        "Associated Company (Primary)", "Associated Company", "Company Name", "Organization name",
        "Organization", "Company",
    ),
    "name": ("Contact Full Name", "Full Name", "Person - Name", "Contact Name"),
    "first_name": ("Person - First name",),
    "last_name": ("Person - Last name",),
    "title": ("Job Title", "Person - Job Title", "Contact Title"),
    "email": (
        "E-mail", "Email Address", "Person - Email - Work", "Person - Email",
        "Person - Email - Other", "Person - Email - Home",
    ),
    "phone": (
        "Business Phone", "Phone Number", "Person - Phone - Work", "Person - Phone", "MobilePhone",
        "Mobile Phone", "Person - Phone - Mobile", "Home Phone",
    ),
    "roles": ("Role", "Buying Role"),
    "stance": (),
    "status": (),
    "reports_to": ("ReportsToId",),
    "deleted": ("IsDeleted",),
}  # fmt: skip

PRODUCTS: Headings = {
    "external_id": ("Id", "Product ID", "Product2Id", "Record ID", "Product - ID"),
    "name": ("Product Name", "Product", "Product - Name"),
    "list_price": ("Unit Price", "UnitPrice", "Sales Price", "Price", "Product - Unit price"),
    "currency": ("CurrencyIsoCode", "Currency ISO Code", "Product - Currency"),
}

OPPORTUNITIES: Headings = {
    "external_id": (
        "Id", "Opportunity ID", "Record ID", "Deal - ID", "Deal - Pipedrive System ID", "Deal ID",
    ),
    "account": (
        "AccountId", "Account ID", "Deal - Organization ID", "Account Name",
        "Associated Company (Primary)", "Associated Company", "Organization",
        "Deal - Organization", "Company",
    ),
    "name": ("Opportunity Name", "Deal Name", "Deal - Title"),
    "owner": (
        "OwnerId", "Owner ID", "Opportunity Owner", "Record Owner", "Deal owner", "Deal - Owner",
        "Sales Agent", "Sales Rep",
    ),
    "stage": ("StageName", "Deal Stage", "Deal - Stage", "Deal - Stage (pipeline)"),
    "status": ("Deal - Status", "Status"),
    "won": ("IsWon", "Won", "Is Closed Won"),
    "lost": ("Is closed lost",),
    "amount": ("Deal - Value", "Value", "Close Value"),
    "currency": (
        "CurrencyIsoCode", "Currency ISO Code", "Deal - Currency of value", "Opportunity Currency",
    ),
    "created_on": (
        "CreatedDate", "Created Date", "Create Date", "Engage Date", "Deal - Deal created",
        "Deal - Creation date",
    ),
    "moved_on": ("Last Stage Change Date", "LastStageChangeDate", "Deal - Last stage change"),
    "expected_close_on": ("Deal - Expected close date", "Expected Close Date"),
    "closed_on": ("Deal - Closed on",),
    "won_on": ("Deal - Won time",),
    "lost_on": ("Deal - Lost time",),
    "close_date": ("CloseDate", "Close Date"),
    "product": ("Product Name", "Products"),
    "lead_source": ("LeadSource", "Original Traffic Source"),
    "loss_reason": ("Deal - Lost reason", "Closed Lost Reason", "Lost Reason"),
    "deleted": ("IsDeleted",),
}  # fmt: skip

SALES: Headings = {
    "external_id": ("Id", "Order ID", "Sale ID", "Invoice ID", "Record ID"),
    "account": ("AccountId", "Account ID", "Customer ID", "Account Name", "Organization"),
    "booked_on": ("Order Date", "Booked", "Invoice Date"),
    "amount": ("Total Amount", "Total", "Value"),
    "currency": ("CurrencyIsoCode", "Currency ISO Code"),
    "rep": ("OwnerId", "Employee ID", "Sales Rep", "Sales Agent", "Owner"),
    "opportunity": ("OpportunityId", "Opportunity ID", "Deal ID"),
    "product": ("Product ID", "Product Name"),
    "quantity": ("Qty",),
}

ACTIVITIES: Headings = {
    "external_id": ("Id", "Activity ID", "Record ID", "Activity - Pipedrive System ID"),
    "account": (
        "AccountId", "Account ID", "Organization", "Associated Company (Primary)",
        "Associated Company", "Company Name",
    ),
    "related_to": ("WhatId", "Deal"),
    "contact": ("WhoId", "Contact ID", "Contact person", "Name", "Associated Contact"),
    "channel": (
        "Activity - Type", "TaskSubtype", "Task Subtype", "Type", "Task Type", "Activity Type",
    ),
    "direction": (
        "CallType", "Call Type", "Call direction", "hs_call_direction", "Email direction",
    ),
    "outcome": (
        "CallDisposition", "Call Result", "Call outcome", "hs_call_disposition", "Meeting outcome",
    ),
    "occurred_at": (
        "Activity - Marked as done time", "Activity date", "hs_timestamp", "Meeting start time",
        "ActivityDate", "Due Date", "Activity - Due date",
    ),
    "logged_by": (
        "OwnerId", "Assigned To", "Activity assigned to", "hubspot_owner_id",
        "Activity - Assigned to user", "Owner",
    ),
    "summary": (
        "Subject", "Activity - Subject", "Call title", "Task Title", "Email subject",
        "Meeting name", "hs_call_title",
    ),
    "body": (
        "Description", "Comments", "Activity - Note", "Call notes", "Note body", "Task Notes",
        "Email body", "hs_call_body",
    ),
    "done": ("IsClosed", "Closed", "Activity - Done"),
    "status": ("Task Status", "Call status"),
    "interested_until": (),
    "deleted": ("IsDeleted",),
}  # fmt: skip

CONTRACTS: Headings = {
    "external_id": ("Id", "Contract ID", "Record ID"),
    "account": ("AccountId", "Account ID", "Account Name", "Organization"),
    "starts_on": ("StartDate", "Contract Start Date"),
    "ends_on": ("EndDate", "Contract End Date"),
    "name": ("Contract Name",),
}

REVERSALS: Headings = {
    "external_id": ("Id", "Credit Note ID"),
    "sale": ("Sale ID", "Order ID", "Invoice ID"),
    "reversed_on": (),
    "amount": (),
}

RATES: Headings = {
    "currency": ("IsoCode", "CurrencyIsoCode", "Currency Code"),
    "on": ("Day", "Date"),
    "rate": ("Exchange Rate",),
}
