"""The Postman collection: written here by hand, built into JSON for Postman."""
